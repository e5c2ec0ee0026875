using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Measures;

/// <summary>G_Q g_noise, and the test error with and without it.</summary>
internal static class VisibleNoiseBuilder
{
    /// <summary>The visible noise, or why g(s) cannot be divided.</summary>
    public static Known<VisibleNoise> Build(StudiedWindow window)
    {
        var input = window.Input;
        if (input.OutsideTheory is { } outside) return Known.Unknown<VisibleNoise>(outside);
        if (!input.Noise.TryGet(out var division)) return Known.Unknown<VisibleNoise>(input.Noise.Reason!);
        var (run, outputs) = (input.Checkpoints, input.Outputs.TestOutputs[^1]);
        var loss = run.Loss;
        int m = run.Test;
        var moved = window.Propagation.G_Q.Multiply(MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(division.Noise)).ToArray();
        // ΔU_Q = −G_Q g: without the part of the noise the outputs are here.
        double[] without = [.. outputs.Zip(moved, (u, v) => u + v)];
        double[]? targets = run.RunTensors.GetValueOrDefault(TensorName.y_Q)?.ReadAll();
        const string NoTargets = "the run has no y_Q, the targets of the test examples";
        Known<double> Error(double[] u) => targets is null ? Known.Unknown<double>(NoTargets)
            : loss.Beta is null ? Known.Unknown<double>($"outputs of the loss {loss.Kind} are not on the scale of its targets")
            : Square(VectorMath.Distance(u, targets)) / m;
        return Known.Of(new VisibleNoise
        {
            Division = division.How,
            MeanSquare = Square(VectorMath.Norm(moved)) / m,
            TestError = Error(outputs),
            TestErrorWithout = Error(without),
            TestLoss = Loss(loss, targets, outputs, NoTargets),
            TestLossWithout = Loss(loss, targets, without, NoTargets),
            IsLinearised = loss.Beta is null,
        });
    }

    private static Known<double> Loss(LossModel loss, double[]? targets, double[] u, string noTargets)
    {
        if (loss.IsCustom) return Known.Unknown<double>("the loss has no formula here (loss custom)");
        if (targets is null) return Known.Unknown<double>(noTargets);
        try
        {
            var test = loss.WithTargets(targets);
            double value = test.Value(u) / (test.Scale * test.Examples);
            return double.IsFinite(value) ? value : Known.Unknown<double>("it is not finite");
        }
        catch (InvalidRunException e)
        {
            return Known.Unknown<double>(e.Message.TrimEnd('.'));
        }
    }

    private static double Square(double x) => x * x;
}
