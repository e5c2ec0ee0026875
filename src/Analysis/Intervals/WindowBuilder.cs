using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>Windows inside the one that is analysed, composed of its intervals.</summary>
/// <param name="input">What was read.</param>
/// <param name="model">The operators of the whole window, and the intervals they were composed of.</param>
/// <param name="second">Where vectors are carried beside.</param>
/// <param name="cancellation">Honoured between intervals.</param>
internal sealed class WindowBuilder(AnalysisInput input, RunModel model, SideThread second, CancellationToken cancellation)
{
    private readonly WindowClaims _claims = new(input, model, second, cancellation);

    /// <summary>The checkpoints of the windows that were asked for.</summary>
    /// <exception cref="ArgumentException">A window begins or ends elsewhere.</exception>
    public static (int First, int Last)[] Where(CheckpointSequence checkpoints, AnalysisOptions options)
    {
        double[] times = [.. checkpoints.Select(c => c.Time)];
        return [.. options.Windows.Select(w =>
        {
            try
            {
                return FlowTimeWindow.Find(times, w.From, w.To);
            }
            catch (ArgumentException e)
            {
                throw new ArgumentException($"windows: {FlowTimeWindow.Text(w.From)}:{FlowTimeWindow.Text(w.To)}: {e.Message}");
            }
        })];
    }

    /// <summary>The windows in the order in which they were asked for. Those that begin at one checkpoint share their composition.</summary>
    public IReadOnlyList<WindowResult> Build()
    {
        var where = Where(input.Checkpoints, input.Options);
        var found = new Dictionary<(int, int), WindowResult>();
        foreach (var group in where.Distinct().GroupBy(w => w.First))
            foreach (var (last, operators) in Composed(model.Intervals!, group.Key, [.. group.Select(w => w.Last).Order()]))
                found[(group.Key, last)] = Measure(group.Key, last, operators);
        return [.. where.Select(w => found[w])];
    }

    private IEnumerable<(int Last, WindowOperators Operators)> Composed(IntervalSource intervals, int first, int[] ends)
    {
        var composition = new Composition(input.Backend);
        List<double[]> gradients = [input.Outputs.Gradients[first]];
        var (nodes, steps) = (new List<QuadratureNode>(), new List<int>());
        for (int k = first; k < ends[^1]; k++)
        {
            var interval = intervals.Get(k, cancellation);
            composition.Add(interval);
            gradients.Add(interval.Carry(gradients[^1]));
            int number = k;
            nodes.AddRange(interval.Nodes.Select(n => n with { Interval = number }));
            steps.Add(interval.Report.Steps);
            if (!ends.Contains(k + 1)) continue;
            var operators = new Propagation
            {
                P = composition.P, W_S = composition.W_S, G_S = composition.G_S, G_Q = composition.G_Q, Nodes = nodes, StepsPerInterval = [.. steps],
                Transported = [.. gradients], IntervalTransported = [], Error = composition.Recorded is null ? composition.Error() : new(0, 0, 0),
                Report = interval.Report,
            };
            yield return (k + 1, new WindowOperators(operators, Bound(composition, nodes),
                Prediction.From(operators, gradients[0], composition.Recorded?.Drift is { } drift ? (drift.Train, drift.Test) : null)));
        }
    }

    private double Bound(Composition composition, List<QuadratureNode> nodes) => StepIntervals.Largest(
        composition.Recorded is { } steps ? steps.Response : ((FlowModel)model).Trajectory.TestKernelIntegral(nodes), input.Backend);

    private WindowResult Measure(int first, int last, WindowOperators o)
    {
        var (space, options, outputs, p) = (input.Space, input.Options, input.Outputs, o.Operators);
        var w = space.RestrictSymmetric(p.W_S);
        var pairs = SpectrumSolver.Pairs(w, options, input.Backend, cancellation);
        double? beta = model.Fraction.OrNull();
        var (relative, fraction) = SpectrumBuilder.Measures(pairs.Values, beta);
        var signal = SpectrumBuilder.SignalDimension(fraction ?? relative, w.RowCount, options.Threshold, "a window");
        double ratio = WorstRatio(o, pairs with { Vectors = space.IsAll ? pairs.Vectors : space.Lift(pairs.Vectors) });
        var claims = _claims.Judge(first, last, p, o.Prediction);
        return new WindowResult(outputs.Times[first], outputs.Times[last])
        {
            FirstCheckpoint = first, LastCheckpoint = last, Steps = p.StepsPerInterval.Sum(), IntegrationError = p.Error.Largest,
            LargestEigenvalue = pairs.Values[0],
            LargestFraction = beta is { } b ? Known.Of(2 * b * pairs.Values[0]) : Known.Unknown<double>(model.Fraction.Reason!),
            SignalDimension = signal, ReservoirDimension = signal.Map(s => w.RowCount - s),
            EffectiveRank = SpectrumBuilder.EffectiveRank(pairs.Values, w),
            Inclusion = double.IsNaN(ratio) ? Verdict.Undecided : ratio <= 1 ? Verdict.Holds : Verdict.Violated, WorstRatio = ratio,
            Dissipation = Error(claims[0]), Transport = Error(claims[1]), TrainTransfer = Error(claims[2]), TestTransfer = Error(claims[3]),
            Claims = claims,
        };
    }

    // Outside the theory and past the edge of stability a number says nothing, and stands with the claim alone.
    private static Known<double> Error(ClaimResult claim) => claim.RelativeError.IsKnown && (claim.Verdict != Verdict.NotApplicable || claim.Reason is null)
        ? claim.RelativeError : Known.Unknown<double>(claim.Reason ?? claim.RelativeError.Reason ?? Known.NotComputed);

    // Check 1 of the inclusion (theory, section 5), as for the whole window.
    private double WorstRatio(WindowOperators o, EigenPairs pairs)
    {
        int n = o.Operators.G_Q.ColumnCount;
        double floor = n * model.Epsilon * MatrixNorms.Spectral(o.Operators.G_Q, input.Backend);
        double noise = n * model.Epsilon * Math.Max(pairs.Values[0], 0), worst = 0;
        double[] norms = ModeResponses.Norms(ModeResponses.Of(o.Operators.G_Q, pairs, input.Backend));
        for (int j = 0; j < norms.Length; j++)
        {
            var mode = new ModeVisibility(pairs.Values[j], 0, norms[j], Math.Sqrt(o.ResponseBound * (Math.Max(pairs.Values[j], 0) + noise)), floor, false);
            if (!(mode.Ratio <= worst)) worst = mode.Ratio;
        }
        return worst;
    }

    private sealed record WindowOperators(Propagation Operators, double ResponseBound, Prediction Prediction);
}
