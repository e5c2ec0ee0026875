using KernelFlow.Analysis.Carries;
using KernelFlow.Analysis.Intervals;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>The spectra of W_S(t_k, T), by windows between neighbouring t_k composed backwards: W(t_k,T) = W(t_k,t_{k+1}) + PᵀW(t_{k+1},T)P, P = P(t_{k+1},t_k)
/// (theory, C10).</summary>
/// <remarks>Each window starts from the identity and resolves its own initial layer, which W_S(s, t_k) could not give: P(t_k,s)⁻¹ does not exist
/// numerically. Where the window was composed of intervals, the same intervals are composed from the end, at every checkpoint.</remarks>
internal static class StartSchedule
{
    private const double Tolerance = 1e-6; // for a curve

    /// <summary>The points in order of their start, the first one s.</summary>
    public static Known<IReadOnlyList<SchedulePoint>> Build(FlowModel model, AnalysisInput input, CancellationToken cancellation)
    {
        var (trajectory, times, options, backend) = (model.Trajectory, input.Outputs.Times, input.Options, input.Backend);
        int N = trajectory.TrainSize;
        int[] cuts = model.Intervals is null ? [0, .. model.PartialGramians.Select(g => g.Knot), times.Count - 1] : input.AllCheckpoints;
        var solver = input.Propagation(Math.Max(model.RelativeTolerance, Tolerance)) with { Method = model.Propagation.Method! };
        var points = new List<SchedulePoint>();
        DenseMatrix? w = null;
        for (int i = cuts.Length - 2; i >= 0; i--)
        {
            var (p, added) = model.Intervals is { } intervals ? Interval(intervals.Get(i, cancellation))
                : Window(FlowIntegrator.Integrate(new WindowTrajectory(trajectory, cuts[i], cuts[i + 1]), solver, backend, cancellation: cancellation));
            if (w is not null)
            {
                var wp = new DenseMatrix(N, N);
                backend.Gemm(Op.None, Op.None, 1, w, p, 0, wp);
                backend.SymmetricProduct(1, p, wp, 1, added);
            }
            w = added;
            var restricted = input.Space.RestrictSymmetric(w);
            var values = SpectrumSolver.Values(restricted, options, backend, cancellation);
            var point = ScheduleBuilder.Point(times[cuts[i]], restricted, values, model.Fraction.OrNull(), options.Threshold, null);
            if (!point.TryGet(out var known)) return Known.Unknown<IReadOnlyList<SchedulePoint>>(point.Reason!);
            points.Add(known);
        }
        points.Reverse();
        return points;
    }

    private static (DenseMatrix P, DenseMatrix W) Window(Propagation p) => (p.P, p.W_S);

    // The interval's own W_S stays as it is.
    private static (DenseMatrix P, DenseMatrix W) Interval(IntervalOperators o) => (o.P, (DenseMatrix)o.W_S.Clone());
}
