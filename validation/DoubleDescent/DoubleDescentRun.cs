using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Laboratory;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Validation.DoubleDescent;

/// <summary>One width and seed: the test error with noisy labels, the noise in it, and the same training with clean labels.</summary>
internal static class DoubleDescentRun
{
    /// <summary>Names of measurements.</summary>
    public const string Width = "width", TrainError = "trainError", TestError = "testError", VisibleNoise = "visibleNoise", Without = "testErrorWithout",
        WithoutWrong = "testErrorWithoutWrong", CleanError = "cleanTestError", NoiseMoved = "noiseMoved", VisibleError = "visibleError",
        VisibleCorrelation = "visibleCorrelation", Transfer = "transferError", Dissipated = "dissipated";

    /// <summary>Trains twice, with noisy and with clean labels, and divides the test error.</summary>
    public static LabOutcome Of(LabTraining training, long seed, Backend backend, CancellationToken cancellation)
    {
        var run = training.Record(seed, backend, cancellation);
        var found = LabMeasures.Analysis(run.Checkpoints, backend, cancellation);
        var data = run.Data;
        int m = data.Test;
        double[] end = run.TestOutputs[^1], clean = run.WithTargets(data.Clean_S, data.X_Q, cancellation)[^1];
        double[] noise = [.. data.Y_S.Zip(data.Clean_S, (y, c) => (c - y) / data.Train)];
        // The control: noise of the same size on other examples.
        int[] order = new StudyDraws(seed, 978).Permutation(noise.Length);
        double[] wrong = [.. order.Select(i => noise[i])];
        if (!found.Operators.TryGet(out var operators)) throw new NumericalException(found.Operators.Reason!);
        double[] visible = Moved(operators.G_Q, noise), wrongly = Moved(operators.G_Q, wrong), caused = [.. end.Zip(clean, (a, b) => a - b)];
        double Mean(double[] u) => u.Zip(data.Y_Q, (a, y) => (a - y) * (a - y)).Sum() / m;
        var placed = found.NoisePlacement.OrNull()?.Points[^1].Noise;
        return LabOutcome.Of(run, seed,
        [
            new(Width, training.Place, "hidden units"),
            new(TrainError, 2 * run.Checkpoints[^1][TensorName.Loss].ReadAll()[0], "mean square error on the noisy training labels at the end"),
            new(TestError, Mean(end), "‖U_Q(T) − y_Q‖²/m, clean labels"),
            new(VisibleNoise, LabStatistics.Norm(visible) * LabStatistics.Norm(visible) / m, "‖G_Q g_noise‖²/m"),
            new(Without, Mean([.. end.Zip(visible, (u, v) => u - v)]), "test error without the visible noise"),
            new(WithoutWrong, Mean([.. end.Zip(wrongly, (u, v) => u - v)]), "test error without what noise on other examples would have done"),
            new(CleanError, Mean(clean), "test error of the training on clean labels"),
            new(NoiseMoved, LabStatistics.Norm(caused) * LabStatistics.Norm(caused) / m, "mean square difference to the training on clean labels"),
            new(VisibleError, LabStatistics.Distance(visible, caused) / LabStatistics.Norm(caused), "error of the visible noise as that difference"),
            new(VisibleCorrelation, LabStatistics.Correlation(visible, caused), "correlation of the visible noise with that difference"),
            new(Transfer, found.Claim("C4").RelativeError.OrNull(), "relative error of C4: what the division may be off by"),
            new(Dissipated, placed?.Dissipated, "share of the noise's energy that training dissipated"),
        ]);
    }

    // How noise moved the test outputs: U_Q(T) has −G_Q g_noise in it.
    private static double[] Moved(Matrix<double> g, double[] v) => [.. (-(g * Vector<double>.Build.Dense(v))).ToArray()];
}
