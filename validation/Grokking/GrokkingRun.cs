using KernelFlow.Numerics;
using KernelFlow.Validation.Gate;

namespace KernelFlow.Validation.Grokking;

/// <summary>One training and what its recorded path says of the time after the fit.</summary>
/// <param name="Name">How large the initial weights are.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="FittedStep">First checkpoint with training accuracy 0.99; null where there is none.</param>
/// <param name="TestThen">Test accuracy there.</param>
/// <param name="TestAtEnd">Test accuracy at the end.</param>
/// <param name="Share">Movement of the test outputs from the fit on, relative to that of the whole training: ‖G_Q g_clean‖ where C4 holds, labels being
/// clean.</param>
/// <param name="Error">Relative error of C4 from the fit to the end.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Predicted">Accuracy of the outputs at the fit moved by −G_Q g.</param>
/// <param name="Frozen">Accuracy at the end with the kernel of the fit.</param>
/// <param name="Curve">Accuracies by checkpoint.</param>
internal sealed record GrokkingOutcome(string Name, long Seed, long? FittedStep, double TestThen, double TestAtEnd, double Share, double Error, Verdict Verdict,
    double Predicted, double Frozen, IReadOnlyList<(long Step, double Train, double Test)> Curve)
{
    /// <summary>Whether test accuracy came after the fit.</summary>
    public bool Groks => FittedStep is not null && TestAtEnd >= 0.9 && TestAtEnd - TestThen >= 0.2;
}

/// <summary>Trains and analyses.</summary>
internal static class GrokkingRun
{
    /// <summary>Weights that begin small.</summary>
    public const string Small = "small initial weights";

    /// <summary>The control: weights that begin large.</summary>
    public const string Large = "large initial weights";

    /// <summary>q.</summary>
    public const int Modulus = 11;

    // What is asked of C4 here is a few tenths. To the tolerance that would be chosen every interval is carried twice, and at N = 968 each carry is
    // several factorizations.
    private const double Fitted = 0.99, Tolerance = 1e-4;

    /// <summary>Both.</summary>
    public static IReadOnlyList<string> Names { get; } = [Small, Large];

    /// <summary>Steps of a training.</summary>
    public static int Steps(bool quick) => quick ? 12_000 : 64_000;

    public static GrokkingOutcome Of(string name, long seed, bool quick, Backend backend, CancellationToken cancellation)
    {
        var options = new RecordingOptions
        {
            Data = DataKind.ModularDivision, Modulus = Modulus, Train = 88, Test = 22, Layers = [LayerSpec.Dense(60)], Parametrisation = Parametrisation.Ntk,
            Scale = name == Small ? 0.1 : 2, LearningRate = name == Small ? 1 : 0.4, Steps = Steps(quick), Schedule = CheckpointSchedule.Uniform,
            Checkpoints = quick ? 13 : 25, Factors = FactorRecording.Always, Seed = seed,
        };
        var data = TrainingData.Create(options);
        var run = Recorder.InMemory(options, backend, null, cancellation);
        int p = data.Outputs;
        (long Step, double Train, double Test)[] curve = [.. run.Select(c => (c.Step, GateRun.Accuracy(c[TensorName.U_S].ReadAll(), data.Y_S, p),
            GateRun.Accuracy(c[TensorName.U_Q].ReadAll(), data.Y_Q, p)))];
        int fit = Array.FindIndex(curve, c => c.Train >= Fitted);
        if (fit < 0 || fit >= run.Count - 3)
            return new(name, seed, fit < 0 ? null : curve[fit].Step, fit < 0 ? double.NaN : curve[fit].Test, curve[^1].Test, double.NaN, double.NaN,
                Verdict.NotComputed,
                double.NaN, double.NaN, curve);
        double[] start = run[0][TensorName.U_Q].ReadAll(), then = run[fit][TensorName.U_Q].ReadAll(), end = run[^1][TensorName.U_Q].ReadAll();
        double share = VectorRoutines.Distance(end, then) / VectorRoutines.Distance(end, start);
        var outcome = new GrokkingOutcome(name, seed, curve[fit].Step, curve[fit].Test, curve[^1].Test, share, double.NaN, Verdict.NotComputed,
            double.NaN, double.NaN, curve);
        if (!outcome.Groks) return outcome;
        var window = new AnalysisOptions { Backend = backend, Mode = AnalysisMode.Flow, Extent = AnalysisExtent.ClaimsOnly, From = run[fit].Time,
            RelativeTolerance = Tolerance };
        var after = Analyze.Reservoir(run, window, null, cancellation);
        double[] moved = [.. after.Displacements.PredictedTest];
        VectorRoutines.Axpy(1, then, moved);
        var c4 = after.Claim(WellKnownClaims.TestTransfer);
        double[] frozen = Frozen(run[fit], run[^1].Time - run[fit].Time, data, backend);
        return outcome with
        {
            Error = c4.RelativeError.OrDefault(double.PositiveInfinity), Verdict = c4.Verdict, Predicted = GateRun.Accuracy(moved, data.Y_Q, p),
            Frozen = GateRun.Accuracy(frozen, data.Y_Q, p),
        };
    }

    // Squared loss and a kernel that stands still: U_Q + K_QS K⁺ (I − e^{−Kt/n})(y − U_S), in the eigenvectors of K.
    private static double[] Frozen(Checkpoint at, double time, TrainingData data, Backend backend)
    {
        MatrixView J_S = Rows(at[TensorName.J_S], data.Y_S.Length), J_Q = Rows(at[TensorName.J_Q], data.Y_Q.Length);
        int N = J_S.Columns;
        MatrixView K = new(new double[N * N], N, N);
        backend.Gemm(Op.Transpose, Op.None, 1, J_S, J_S, 0, K);
        double[] values = new double[N], off = (double[])data.Y_S.Clone(), u = at[TensorName.U_Q].ReadAll(), coefficient = new double[N];
        VectorRoutines.Axpy(-1, at[TensorName.U_S].ReadAll(), off);
        backend.SymmetricEigen(K, values, vectors: true);
        for (int j = 0; j < N; j++)
        {
            // (1 − e^{−λt/n})/λ is t/n where λ is rounding.
            double rate = values[j] * time / data.Train, gain = rate > 1e-9 ? -Math.Exp(-rate) + 1 : rate;
            VectorRoutines.Axpy((values[j] * time / data.Train > 1e-9 ? gain / values[j] : time / data.Train) * VectorRoutines.Dot(K.Column(j), off),
                K.Column(j), coefficient);
        }
        var z = new double[J_S.Rows];
        for (int i = 0; i < N; i++) VectorRoutines.Axpy(coefficient[i], J_S.Column(i), z);
        for (int i = 0; i < u.Length; i++) u[i] += VectorRoutines.Dot(J_Q.Column(i), z);
        return u;
    }

    private static MatrixView Rows(TensorSource jacobian, int size)
    {
        int parameters = (int)(jacobian.Count / size);
        var rows = new MatrixView(new double[size * parameters], parameters, size);
        jacobian.ReadTransposed(0, rows);
        return rows;
    }
}
