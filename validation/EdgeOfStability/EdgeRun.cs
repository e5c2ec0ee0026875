using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Coupling;

namespace KernelFlow.Validation.EdgeOfStability;

/// <summary>One training by gradient descent at one learning rate, every step recorded with its midpoint.</summary>
/// <param name="Name">What was trained.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="StartZ">η λ_max(B K) at the start.</param>
/// <param name="Sharpness">z_k = η λ_max(B K) at every step.</param>
/// <param name="Losses">The loss at every step.</param>
/// <param name="Steps">C1 to C4 of the recorded steps.</param>
/// <param name="Flow">C1 to C4 of the flow, from the same recording.</param>
/// <param name="Frozen">C1 to C4 of the recorded steps with the kernel of the start throughout: a control.</param>
/// <param name="Drift">Largest ‖K(t) − K(s)‖/‖K(s)‖.</param>
internal sealed record EdgeOutcome(string Name, long Seed, double StartZ, double[] Sharpness, double[] Losses, IReadOnlyList<ClaimResult> Steps,
    IReadOnlyList<ClaimResult> Flow, IReadOnlyList<ClaimResult> Frozen, double Drift)
{
    /// <summary>The stability limit of gradient descent.</summary>
    public const double Edge = 2;

    /// <summary>The largest z.</summary>
    public double LargestZ => Sharpness.Max();

    /// <summary>Share of the steps beyond the edge.</summary>
    public double Beyond => Sharpness.Average(z => z > Edge ? 1.0 : 0);

    /// <summary>Median of z over the last third of the steps.</summary>
    public double LateZ => Quantiles.Median(Sharpness.Skip(2 * Sharpness.Length / 3)) ?? double.NaN;

    /// <summary>Whether the training sat at the edge: it went beyond, came back, and its loss fell all the same.</summary>
    public bool AtEdge => LargestZ > Edge && LateZ is > 1.6 and < 2.4 && Losses[^1] < Losses[0];

    /// <summary>The error of C4.</summary>
    public static double Error(IReadOnlyList<ClaimResult> claims) => Of(claims, WellKnownClaims.TestTransfer).RelativeError.OrDefault(double.PositiveInfinity);

    /// <summary>The verdict of C4.</summary>
    public static Verdict Judged(IReadOnlyList<ClaimResult> claims) => Of(claims, WellKnownClaims.TestTransfer).Verdict;

    private static ClaimResult Of(IReadOnlyList<ClaimResult> claims, string id) => claims.Single(c => c.Id == id);
}

/// <summary>Trains, records and analyses.</summary>
internal static class EdgeRun
{
    private const double NoLimit = 1e300;

    private static readonly RecordingOptions s_base = new()
    {
        Data = DataKind.TeacherStudent, InputSize = 6, Train = 24, Test = 12, Layers = LayerSpec.ParseList("12,12"), Steps = 600, Scale = 0.7,
        Schedule = CheckpointSchedule.EveryStep, Midpoints = true, DType = StorageType.Float64, Factors = FactorRecording.Never,
    };

    /// <summary>The trainings.</summary>
    public static IReadOnlyList<(string Name, RecordingOptions Options)> All { get; } =
    [
        ("two tanh layers, squared", s_base with { Noise = 0.3 }),
        ("GELU, squared", s_base with { Activation = ActivationKind.Gelu, Layers = LayerSpec.ParseList("12,12"), Noise = 0.3 }),
    ];

    /// <summary>Learning rates as η λ_max(B K) at the start, growing.</summary>
    public static IReadOnlyList<double> Rates { get; } = [0.1, 0.3, 0.6, 1, 1.4, 1.8];

    /// <summary>The rates of the quick version.</summary>
    public static IReadOnlyList<double> QuickRates { get; } = [0.1, 0.6, 1.4];

    public static EdgeOutcome? Of(string name, RecordingOptions options, double z, long seed, bool quick, Backend backend, CancellationToken cancellation)
    {
        options = options with { Seed = seed, Steps = quick ? options.Steps / 2 : options.Steps };
        var start = Recorder.InMemory(options with { Steps = 1, LearningRate = 1e-9 }, backend, null, cancellation);
        options = options with { LearningRate = z / Sharpness.At(start[0], start.Loss, backend) };
        CheckpointSequence run;
        try
        {
            run = Recorder.InMemory(options, backend, null, cancellation);
        }
        catch (NumericalException)
        {
            return null;
        }
        return new EdgeOutcome(name, seed, z, [.. run.Select(c => options.LearningRate * Sharpness.At(c, run.Loss, backend))],
            [.. run.Select(c => c[TensorName.Loss].ReadAll()[0])], Claims(run, AnalysisMode.Descent, false, backend, cancellation),
            Claims(run, AnalysisMode.Flow, false, backend, cancellation), Claims(Controls.Frozen(run), AnalysisMode.Descent, true, backend, cancellation),
            Drift(run, backend));
    }

    private static ClaimResult[] Claims(CheckpointSequence run, AnalysisMode mode, bool control, Backend backend, CancellationToken cancellation)
    {
        var options = new AnalysisOptions { Backend = backend, Mode = mode, Extent = AnalysisExtent.ClaimsOnly };
        var found = Analyze.Reservoir(run, control ? options with { Tolerance = NoLimit } : options, null, cancellation);
        return [.. ((string[])["C1", "C2", "C3", "C4"]).Select(id => control ? ByErrorAndBudget(found.Claim(id)) : found.Claim(id))];
    }

    // A control contradicts itself, and an analysis that notices leaves the claims undecided. Whether they would fail is what a control is for.
    private static ClaimResult ByErrorAndBudget(ClaimResult claim) =>
        claim.Verdict == Verdict.Undecided && claim.Budget?.Sum is { } sum && claim.RelativeError.OrDefault(0) > 3 * sum
            ? claim with { Verdict = Verdict.Violated } : claim;

    private static double Drift(CheckpointSequence run, Backend backend)
    {
        double[] first = Kernel(run[0], backend);
        double size = VectorRoutines.Norm(first);
        return Enumerable.Range(0, 21).Max(i => VectorRoutines.Distance(Kernel(run[i * (run.Count - 1) / 20], backend), first) / size);
    }

    private static double[] Kernel(Checkpoint checkpoint, Backend backend)
    {
        var jacobian = checkpoint[TensorName.J_S];
        int size = (int)checkpoint[TensorName.U_S].Count, parameters = (int)(jacobian.Count / size);
        var rows = new MatrixView(new double[size * parameters], parameters, size);
        jacobian.ReadTransposed(0, rows);
        var kernel = new double[size * size];
        backend.Gemm(Op.Transpose, Op.None, 1, rows, rows, 0, new MatrixView(kernel, size, size));
        return kernel;
    }
}
