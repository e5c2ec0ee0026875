using KernelFlow.Analysis.Cache;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>The recorded steps on the interpolant, from the cache where they are there: a replay goes through every step, and what comes of it are a few
/// vectors.</summary>
internal static class StoredReplays
{
    /// <summary>The steps on the model under test.</summary>
    public static Known<Prediction> Of(AnalysisInput input, KernelTrajectory trajectory, CancellationToken cancellation) =>
        trajectory is InterpolatedTrajectory straight ? Of(input, straight, [null], cancellation)[0]
            : DescentOnInterpolant.Replay(input, trajectory, cancellation);

    /// <summary>The steps on several paths of one interpolant.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="straight">The interpolant as it is.</param>
    /// <param name="rates">The speeds of each path; null for an even one.</param>
    /// <param name="cancellation">Honoured every few steps.</param>
    public static IReadOnlyList<Known<Prediction>> Of(AnalysisInput input, InterpolatedTrajectory straight, IReadOnlyList<double[]?> rates,
        CancellationToken cancellation)
    {
        IReadOnlyList<Known<Prediction>>? computed = null;
        int length = PredictionVectors.Count(input.Checkpoints.Count);
        string paths = string.Join(" ", rates.Select(r => r is null ? "even" : RunCache.SumOf(r)));
        var vectors = Memo.Vectors(input.Cache, c => c.WholeKey("replay", ("paths", paths)), () =>
        {
            computed = DescentOnInterpolant.Replay(input, [.. rates.Select(r => r is null ? straight : straight.AtSpeeds(r))], cancellation);
            // Why steps cannot be replayed is found again in no time.
            return computed.All(c => c.IsKnown) ? [.. computed.SelectMany(c => PredictionVectors.Of(c.Value))] : null;
        });
        return computed ?? [.. rates.Select((_, i) => Known.Of(PredictionVectors.From(vectors!.Skip(i * length).Take(length).ToArray())))];
    }
}
