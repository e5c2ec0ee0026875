using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>The same integration with every second checkpoint left out: how much the interpolant between checkpoints matters.</summary>
/// <param name="Propagation">Operators on the sparse grid.</param>
/// <param name="Kept">Indices of the checkpoints kept.</param>
/// <param name="Divisor">F − 1, F = Σ(h₁+h₂)³/Σ(h₁³+h₂³) over merged pairs: an O(h²) interpolant's error grows by F, so the difference is F − 1 errors.</param>
internal sealed record SparseGrid(Propagation Propagation, IReadOnlyList<int> Kept, double Divisor)
{
    // The difference is an estimate to a factor of two; integrating it to 1e-4 leaves that untouched.
    private const double LooseTolerance = 1e-4;

    /// <summary>Null when there are fewer than three checkpoints: nothing can be left out.</summary>
    public static SparseGrid? Integrate(TrajectoryBuilder builder, CheckpointSequence checkpoints, OutputRecord outputs, AnalysisOptions options, Backend backend, CancellationToken cancellation)
    {
        if (checkpoints.Count < 3) return null;
        var kept = TrajectoryBuilder.EverySecond(checkpoints.Count);
        double merged = 0, single = 0;
        for (int i = 1; i < kept.Count; i++)
        {
            if (kept[i] - kept[i - 1] != 2) continue;
            double h1 = checkpoints[kept[i] - 1].Time - checkpoints[kept[i - 1]].Time, h2 = checkpoints[kept[i]].Time - checkpoints[kept[i] - 1].Time;
            merged += Math.Pow(h1 + h2, 3);
            single += Math.Pow(h1, 3) + Math.Pow(h2, 3);
        }
        var propagation = Propagator.Integrate(builder.Linear(kept),
            new PropagationOptions { Method = options.Method, RelativeTolerance = Math.Max(options.RelativeTolerance, LooseTolerance) }, backend,
            new CarriedVectors(outputs.Gradients[0]), progress: null, cancellation);
        return new SparseGrid(propagation, kept, merged / single - 1);
    }
}
