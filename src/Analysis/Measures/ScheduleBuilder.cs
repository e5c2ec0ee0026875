using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>The spectral schedule from Gramians kept on the way through the window: no integration of its own.</summary>
internal static class ScheduleBuilder
{
    private const int MostPoints = 6;
    private const double MostBytes = 5e8, MostBytesByInterval = 2e9;
    private const int LanczosSteps = 80; // the lower end of an increment, to the accuracy of a check

    /// <summary>Every checkpoint, first and last left out, where windows are composed of intervals: as many of them, evenly, as do not fill memory.</summary>
    public static IReadOnlyList<int> EveryCheckpoint(int count, int trainSize) => Checkpoints(count, trainSize, int.MaxValue, MostBytesByInterval);

    /// <summary>The checkpoints, first and last left out, at which W_S(s, t_k) is kept: at most six, evenly over the recording, fewer where N is so large that
    /// they would fill memory.</summary>
    public static IReadOnlyList<int> Checkpoints(int count, int trainSize) => Checkpoints(count, trainSize, MostPoints, MostBytes);

    private static IReadOnlyList<int> Checkpoints(int count, int trainSize, int most, double bytes)
    {
        int inner = count - 2, wanted = (int)Math.Min(Math.Min(most, inner), bytes / (8.0 * trainSize * trainSize));
        return [.. Enumerable.Range(1, Math.Max(0, wanted)).Select(i => (int)Math.Round((double)i * (count - 1) / (wanted + 1)))];
    }

    /// <summary>The schedule over T; unknown when too few modes were computed to tell the dimensions of a window.</summary>
    /// <param name="window">The window, its operators and their eigenpairs.</param>
    /// <param name="cancellation">Honoured between points.</param>
    public static Known<IReadOnlyList<SchedulePoint>> OverEnd(StudiedWindow window, CancellationToken cancellation)
    {
        var (input, model, solution) = window;
        var (times, whole) = (input.Outputs.Times, model.Propagation.W_S);
        int seed = Seeds.From(0, input.Options.Seed);
        var points = new List<SchedulePoint>();
        PartialGramian[] gramians = [.. model.PartialGramians, new PartialGramian(times.Count - 1, whole)];
        // For every Gramian but the last its eigenvalues, and for every one but the first what it gained.
        var known = Cache.Memo.Vectors(input.Cache, c => c.WholeKey("schedule", ("operators", Cache.RunCache.SumOf(whole.Values)),
            ("knots", string.Join(" ", gramians.Select(g => g.Knot))), ("solver", input.Options.Solver), ("modes", input.Options.Modes)), () =>
        {
            var vectors = new List<double[]>();
            DenseMatrix? before = null;
            foreach (var (_, gramian) in gramians)
            {
                cancellation.ThrowIfCancellationRequested();
                var w = input.Space.RestrictSymmetric(gramian);
                vectors.Add(ReferenceEquals(gramian, whole) ? [] : [.. SpectrumSolver.Values(w, input.Options, input.Backend, cancellation)]);
                vectors.Add(before is null ? [] : [Increment(w, before, solution.Pairs.Values[0], input.Backend, seed)]);
                before = w;
            }
            return vectors;
        })!;
        for (int i = 0; i < gramians.Length; i++)
        {
            var (knot, gramian) = gramians[i];
            var w = input.Space.RestrictSymmetric(gramian);
            IReadOnlyList<double> values = ReferenceEquals(gramian, whole) ? solution.Pairs.Values : known[2 * i];
            double? increment = known[2 * i + 1] is [var gained] ? gained : null;
            var point = Point(times[knot], w, values, model.Fraction.OrNull(), input.Options.Threshold, increment);
            if (!point.TryGet(out var found)) return Known.Unknown<IReadOnlyList<SchedulePoint>>(point.Reason!);
            points.Add(found);
        }
        return points;
    }

    /// <summary>One point from the eigenvalues that were computed of its Gramian.</summary>
    public static Known<SchedulePoint> Point(double time, DenseMatrix w, IReadOnlyList<double> values, double? beta, double threshold, double? increment)
    {
        var (relative, fraction) = SpectrumBuilder.Measures(values, beta);
        // A window in which nothing happened has no mode above any threshold.
        var signal = fraction is null && !(values[0] > 0)
            ? 0
            : SpectrumBuilder.SignalDimension(fraction ?? relative, w.RowCount, threshold, FormattableString.Invariant($"the window at t = {time:G6}"));
        return signal.Map(s => new SchedulePoint(time, values, fraction, s, SpectrumBuilder.EffectiveRank(values, w), increment));
    }

    /// <summary>λ_min(after − before)/scale.</summary>
    public static double Increment(DenseMatrix after, DenseMatrix before, double scale, Backend backend, int seed = 0)
    {
        var difference = new DenseMatrix(after.RowCount, after.RowCount);
        VectorRoutines.Combine(1, after.Values, -1, before.Values, difference.Values);
        if (VectorRoutines.LargestMagnitude(difference.Values) == 0 || scale <= 0) return 0;
        return ShortLanczos.Run(difference, LanczosSteps, backend, seed).Values[0] / scale;
    }
}
