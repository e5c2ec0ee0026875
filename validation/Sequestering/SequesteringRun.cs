using KernelFlow.Numerics;
using KernelFlow.Validation.Laboratory;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Validation.Sequestering;

/// <summary>One architecture and seed: how much of the label noise reaches the test outputs, beside the clean signal and random directions.</summary>
internal static class SequesteringRun
{
    /// <summary>Names of measurements.</summary>
    public const string NoiseResponse = "noiseResponse", CleanResponse = "cleanResponse", RandomResponse = "randomResponse", Relative = "relativeResponse",
        ToRandom = "noiseToRandom", NoiseLeft = "noiseLeft", CleanLeft = "cleanLeft", NoiseReservoir = "noiseReservoir", CleanReservoir = "cleanReservoir",
        VisibleNoise = "visibleNoise", TestError = "testError", TrainError = "trainError", Transfer = "transferError", Channel = "channel";

    /// <summary>Trains and measures.</summary>
    public static LabOutcome Of(LabTraining training, long seed, Backend backend, CancellationToken cancellation)
    {
        var run = training.Record(seed, backend, cancellation);
        var found = LabMeasures.Analysis(run.Checkpoints, backend, cancellation);
        if (!found.Operators.TryGet(out var operators)) throw new NumericalException(found.Operators.Reason!);
        if (!found.NoisePlacement.TryGet(out var placement)) throw new NumericalException(found.NoisePlacement.Reason!);
        var point = placement.Points[^1];
        var noise = found.VisibleNoise.OrNull();
        int N = run.Checkpoints.TrainSize, m = run.Data.Test;
        double random = operators.G_Q.FrobeniusNorm() / Math.Sqrt(N);
        return LabOutcome.Of(run, seed,
        [
            new(Relative, point.RelativeResponse, "‖G_Q v‖/‖v‖ of the noise relative to that of the clean signal"),
            new(ToRandom, point.Noise.Response / random, "‖G_Q v‖/‖v‖ of the noise relative to that of random directions (root mean square)"),
            new(NoiseResponse, point.Noise.Response / Math.Sqrt(m), "‖G_Q v‖/(‖v‖√m) of the noise"),
            new(CleanResponse, point.Clean.Response / Math.Sqrt(m), "the same of the clean signal"),
            new(RandomResponse, random / Math.Sqrt(m), "the same of random directions"),
            new(NoiseLeft, 1 - point.Noise.Dissipated, "share of the noise's energy that is still there at the end"),
            new(CleanLeft, 1 - point.Clean.Dissipated, "share of the clean signal's energy that is still there at the end"),
            new(NoiseReservoir, point.Noise.ReservoirShare, "share of the noise in the reservoir, modes below the threshold 1e-3"),
            new(CleanReservoir, point.Clean.ReservoirShare, "share of the clean signal in the reservoir"),
            new(VisibleNoise, noise?.MeanSquare, "‖G_Q g_noise‖²/m"),
            new(TestError, noise?.TestError.OrNull(), "‖U_Q(T) − y_Q‖²/m, clean labels"),
            new(TrainError, 2 * run.Checkpoints[^1][TensorName.Loss].ReadAll()[0], "mean square error on the noisy training labels at the end"),
            new(Channel, found.Schedule.OrNull()?.OverEnd[^1].SignalDimension, "modes whose 2βλ is not below the threshold"),
            new(Transfer, found.Claim("C4").RelativeError.OrNull(), "relative error of C4"),
        ]);
    }
}
