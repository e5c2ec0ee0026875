using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>How much the interpolant between checkpoints matters: the same model of g(s) with every second checkpoint left out, and with the other
/// interpolant.</summary>
/// <remarks>The number reported is the larger of |linear − cubic| and the sparse differences divided by F − 1, F = Σ(h₁+h₂)³/Σ(h₁³+h₂³) over merged pairs: an
/// interpolant's
/// error grows by F when the grid is thinned. With cubic interpolation the sparse differences alone. Kernel-block runs have the sparse
/// differences (K linear between the kept checkpoints) and, with cross blocks, |linear in J − linear in K|.</remarks>
internal static class InterpolationVariants
{
    // The differences are estimates to a factor of two; integrating them to 1e-4 leaves that untouched.
    private const double Tolerance = 1e-4;

    private const string TooFew = "fewer than three checkpoints: none can be left out";

    /// <summary>By gradient flow. An estimate that cannot be computed leaves its part of the budget unknown; it does not take the analysis with it.</summary>
    public static Known<IReadOnlyList<PredictionVariant>> Of(AnalysisInput input, CancellationToken cancellation)
    {
        var solver = input.Propagation(Math.Max(input.Options.RelativeTolerance, Tolerance));
        try
        {
            return Find(input, coarser: true, (trajectory, grid) =>
                Known.Of(Prediction.From(FlowIntegrator.Transport(trajectory, input.StartGradient, solver, input.Backend, cancellation), grid)));
        }
        catch (NumericalException e)
        {
            return Unknown($"the flow with other interpolants could not be integrated: {e.Message}");
        }
    }

    /// <summary>By the recorded steps of gradient descent, replayed on the other interpolants. One that fails leaves the part unknown: the rest would say too
    /// little.</summary>
    public static Known<IReadOnlyList<PredictionVariant>> OfSteps(AnalysisInput input, CancellationToken cancellation) =>
        Find(input, coarser: false, (trajectory, grid) =>
            DescentOnInterpolant.Replay(trajectory, input.Checkpoints.Subset(grid), input.Outputs, cancellation, grid));

    private static Known<IReadOnlyList<PredictionVariant>> Find(AnalysisInput input, bool coarser,
        Func<KernelTrajectory, IReadOnlyList<int>, Known<Prediction>> predict)
    {
        int count = input.Checkpoints.Count;
        if (count < 3) return Unknown(TooFew);
        var variants = new List<PredictionVariant>();
        string? failure = null;
        void Add(KernelTrajectory trajectory, IReadOnlyList<int> grid, double divisor)
        {
            var found = predict(trajectory, grid);
            if (found.TryGet(out var prediction)) variants.Add(new PredictionVariant(prediction, divisor));
            else failure = $"with {(grid.Count < count ? "every second checkpoint left out" : "the other interpolant")} {found.Reason}";
        }
        foreach (var kept in Thinned(count)) Add(input.Interpolate(kept), kept, Growth(input.Outputs.Times, kept) - 1);
        bool compare = coarser || input.Kernels.HasJacobians;
        if (compare && input.Options.Interpolation.Alternative(input.Kernels, input.AllCheckpoints) is { } other) Add(other, input.AllCheckpoints, 1);
        return failure is null ? Known.Of<IReadOnlyList<PredictionVariant>>(variants) : Unknown(failure);
    }

    // The two ways of leaving out every second checkpoint. One alone says nothing of the checkpoints it leaves out, where C2 may have its largest error.
    private static IEnumerable<IReadOnlyList<int>> Thinned(int count) =>
        Enumerable.Range(0, count > 3 ? 2 : 1).Select(parity => TrajectoryBuilder.EverySecond(count, parity));

    /// <summary>F: how an interpolant's error grows on the thinned grid.</summary>
    /// <remarks>Also for cubic, whose error would grow with the fourth power: sparse recordings are not in the range where it does, and the estimate would be
    /// too small.</remarks>
    private static double Growth(IReadOnlyList<double> times, IReadOnlyList<int> kept)
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

    private static Known<IReadOnlyList<PredictionVariant>> Unknown(string reason) => Known.Unknown<IReadOnlyList<PredictionVariant>>(reason);
}
