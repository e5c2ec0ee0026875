using KernelFlow.Numerics;
using KernelFlow.Validation.Laboratory;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Validation.RandomLabels;

/// <summary>One training with a fraction of random labels: what of W_S is channel, and where the noise went.</summary>
internal static class RandomLabelsRun
{
    /// <summary>Names of measurements.</summary>
    public const string Fraction = "fraction", Channel = "channel", Filled = "filled", Reservoir = "reservoir", Rank = "effectiveRank",
        VisibleNoise = "visibleNoise", TestError = "testError", Without = "testErrorWithout", TrainError = "trainError", NoiseReservoir = "noiseReservoir",
        CleanReservoir = "cleanReservoir", NoiseResponse = "noiseResponse", CleanResponse = "cleanResponse", RandomResponse = "randomResponse",
        Moved = "moved", Path = "pathEnergy";

    // Of its energy a filled mode has lost this share; the channel has the modes from the threshold on.
    private const double Half = 0.5;

    /// <summary>Trains and measures.</summary>
    public static LabOutcome Of(LabTraining training, long seed, Backend backend, CancellationToken cancellation)
    {
        var run = training.Record(seed, backend, cancellation);
        var found = LabMeasures.Analysis(run.Checkpoints, backend, cancellation);
        if (!found.Schedule.TryGet(out var schedule)) throw new NumericalException(found.Schedule.Reason!);
        if (!found.Operators.TryGet(out var operators)) throw new NumericalException(found.Operators.Reason!);
        var end = schedule.OverEnd[^1];
        double[] shares = [.. end.DissipatedFraction ?? []];
        int N = run.Checkpoints.TrainSize, m = run.Data.Test;
        var point = found.NoisePlacement.OrNull()?.Points[^1];
        var noise = found.VisibleNoise.OrNull();
        // Without random labels there is no noise to divide the gradient by; the test error and the signal are there all the same.
        double error = LabStatistics.Distance(run.TestOutputs[^1], run.Data.Y_Q), beta = 1.0 / run.Data.Train;
        var clean = Vector<double>.Build.DenseOfEnumerable(run.Checkpoints[0][TensorName.U_S].ReadAll().Zip(run.Data.Clean_S, (u, c) => (u - c) * beta));
        double cleanLeft = 1 - 2 * beta * clean.DotProduct(operators.W_S * clean) / clean.DotProduct(clean);
        bool noisy = point is { Noise.Size: > 0 };
        return LabOutcome.Of(run, seed,
        [
            new(Fraction, training.Place, "fraction of random labels"),
            new(Channel, end.SignalDimension, "modes whose 2βλ is not below the threshold 1e-3"),
            new(Filled, shares.Count(s => s >= Half), "modes that lost at least half of their energy"),
            new(Reservoir, N - end.SignalDimension, "modes below the threshold"),
            new(Rank, end.EffectiveRank, "effective rank (Σλ)²/Σλ² of W_S"),
            new(VisibleNoise, noise?.MeanSquare ?? 0, "‖G_Q g_noise‖²/m"),
            new(TestError, error * error / m, "‖U_Q(T) − y_Q‖²/m, clean labels"),
            new(Without, noise?.TestErrorWithout.OrNull() ?? error * error / m, "test error without the visible noise"),
            new(TrainError, 2 * run.Checkpoints[^1][TensorName.Loss].ReadAll()[0], "mean square error on the training labels at the end"),
            new(NoiseReservoir, noisy ? 1 - point!.Noise.Dissipated : null, "share of the noise's energy that is still there at the end"),
            new(CleanReservoir, cleanLeft, "share of the clean signal's energy that is still there"),
            new(NoiseResponse, noisy ? point!.Noise.Response / Math.Sqrt(m) : null, "‖G_Q v‖/(‖v‖√m) of the noise"),
            new(CleanResponse, (operators.G_Q * clean).L2Norm() / clean.L2Norm() / Math.Sqrt(m), "the same of the clean signal"),
            new(RandomResponse, operators.G_Q.FrobeniusNorm() / Math.Sqrt((double)N * m), "the same of a random direction"),
            new(Moved, LabStatistics.Distance(run.End, run.Start) / LabStatistics.Norm(run.Start), "‖w(T) − w(s)‖/‖w(s)‖"),
            new(Path, found.MinimumNorm.OrNull()?.PathEnergy, "gᵀWg"),
        ], new Dictionary<string, double[]> { ["shares"] = shares });
    }
}
