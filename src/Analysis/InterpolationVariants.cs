using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>How much the interpolant between checkpoints matters: the same flow of g(s) with every second checkpoint left out, and with the other interpolant.</summary>
/// <remarks>The number reported is the larger of |linear − cubic| and the sparse differences divided by F − 1, F = Σ(h₁+h₂)³/Σ(h₁³+h₂³) over merged pairs: an interpolant's
/// error grows by F when the grid is thinned. With cubic interpolation the sparse differences alone. Kernel-block runs have the sparse
/// differences (K linear between the kept checkpoints) and, with cross blocks, |linear in J − linear in K|.</remarks>
internal static class InterpolationVariants
{
    // The differences are estimates to a factor of two; integrating them to 1e-4 leaves that untouched.
    private const double Tolerance = 1e-4;

    public const string TooFew = "fewer than three checkpoints: none can be left out";

    public static IReadOnlyList<Variant> Find(TrajectoryBuilder builder, CheckpointSequence checkpoints, OutputRecord outputs, AnalysisOptions options, Backend backend, CancellationToken cancellation)
    {
        if (checkpoints.Count < 3) return [];
        var all = Enumerable.Range(0, checkpoints.Count).ToArray();
        bool cubic = options.Interpolation == "cubic";
        var solver = new PropagationOptions { Method = options.Method, RelativeTolerance = Math.Max(options.RelativeTolerance, Tolerance) };
        Variant Solve(InterpolatedTrajectory trajectory, IReadOnlyList<int> grid, double divisor) =>
            new(Prediction.From(FlowIntegrator.Transport(trajectory, outputs.Gradients[0], solver, backend, cancellation), grid), divisor);

        var variants = Thinned(checkpoints.Count).Select(kept => Solve(cubic ? builder.Cubic(kept) : builder.Linear(kept), kept, Growth(outputs.Times, kept) - 1)).ToList();
        if (checkpoints.HasJacobians && !cubic) variants.Add(Solve(builder.Cubic(all), all, 1));
        // With cross blocks but no Jacobians the other interpolant at hand is the coarser one: without it two thinned grids whose errors happen to cancel are the whole estimate.
        if (!checkpoints.HasJacobians && builder.InterpolatesJacobian) variants.Add(Solve(builder.LinearKernels(all), all, 1));
        return variants;
    }

    /// <summary>The two ways of leaving out every second checkpoint. One alone says nothing of the checkpoints it leaves out, where C2 may have its largest error.</summary>
    public static IEnumerable<IReadOnlyList<int>> Thinned(int count) =>
        Enumerable.Range(0, count > 3 ? 2 : 1).Select(parity => TrajectoryBuilder.EverySecond(count, parity));

    /// <summary>F: how an interpolant's error grows on the thinned grid.</summary>
    /// <remarks>Also for cubic, whose error would grow with the fourth power: sparse recordings are not in the range where it does, and the estimate would be too small.</remarks>
    public static double Growth(IReadOnlyList<double> times, IReadOnlyList<int> kept)
    {
        const int power = 3;
        double merged = 0, single = 0;
        for (int i = 1; i < kept.Count; i++)
        {
            if (kept[i] - kept[i - 1] != 2) continue;
            double h1 = times[kept[i] - 1] - times[kept[i - 1]], h2 = times[kept[i]] - times[kept[i] - 1];
            merged += Math.Pow(h1 + h2, power);
            single += Math.Pow(h1, power) + Math.Pow(h2, power);
        }
        return merged / single;
    }
}
