using KernelFlow.Networks;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Power;

/// <summary>Wrong Jacobians and kernel blocks.</summary>
internal static class KernelCorruptions
{
    private static readonly string[] s_test = [TensorName.J_Q, TensorName.J_Q_mid], s_train = [TensorName.J_S, TensorName.J_S_mid],
        s_blocks = [TensorName.K_QS, TensorName.K_QS_next, TensorName.K_SQ_next, TensorName.K_QS_mid];

    /// <summary>J_Q times a factor, everywhere.</summary>
    public static CheckpointSequence ScaledTest(PowerSubject s, double factor) => s.Stored(Scale(s.Run, s_test, factor));

    /// <summary>J_S times a factor, everywhere.</summary>
    public static CheckpointSequence ScaledTrain(PowerSubject s, double factor) => s.Stored(Scale(s.Run, s_train, factor));

    /// <summary>Every product of test and training rows times a factor, K_QQ as it was.</summary>
    public static CheckpointSequence ScaledBlocks(PowerSubject s, double factor) => Scale(s.Honest, s_blocks, factor);

    /// <summary>J_Q of the first test example is that of the second.</summary>
    public static CheckpointSequence OneRow(PowerSubject s)
    {
        int[] order = [1, .. Enumerable.Range(1, s.Run.Test - 1)];
        return s.Stored(Edits.Each(s.Run, (_, tensors) =>
        {
            foreach (string name in s_test) Edits.Change(tensors, name, values => Edits.Rows(values, order));
        }));
    }

    /// <summary>The columns of all biases left out.</summary>
    public static CheckpointSequence WithoutBiases(PowerSubject s)
    {
        var options = s.Recording.Options;
        var data = TrainingData.Create(options);
        bool[] bias = Biases(data.InputSize, options, data.Outputs);
        int[] kept = [.. Enumerable.Range(0, bias.Length).Where(k => !bias[k])];
        return s.Stored(Edits.Each(s.Run, (_, tensors) =>
        {
            foreach (string name in (string[])[.. s_train, .. s_test, TensorName.Preconditioner])
                if (tensors.TryGetValue(name, out var tensor)) tensors[name] = Columns(tensor, kept, bias.Length);
        }));
    }

    /// <summary>The Jacobians of the checkpoint in the middle become keep times themselves plus noise of a share of their norm.</summary>
    public static CheckpointSequence Noise(PowerSubject s, double keep, double share)
    {
        var draws = s.Draws(101);
        return s.Stored(Edits.Each(s.Run, (k, tensors) =>
        {
            if (k != s.Middle) return;
            foreach (string name in (string[])[TensorName.J_S, TensorName.J_Q])
                Edits.Change(tensors, name, values =>
                {
                    double[] noise = [.. values.Select(_ => draws.Normal())];
                    double factor = share * Norm(values) / Norm(noise);
                    return [.. values.Zip(noise, (v, z) => keep * v + factor * z)];
                });
        }));
    }

    private static CheckpointSequence Scale(CheckpointSequence run, string[] names, double factor) => Edits.Each(run, (_, tensors) =>
    {
        foreach (string name in names) Edits.Change(tensors, name, values => Edits.Scaled(values, factor));
    });

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(v => v * v));

    private static MemoryTensor Columns(TensorSource tensor, int[] kept, int columns)
    {
        double[] values = tensor.ReadAll();
        int rows = values.Length / columns;
        var left = new double[rows * kept.Length];
        for (int r = 0; r < rows; r++)
            for (int k = 0; k < kept.Length; k++) left[r * kept.Length + k] = values[r * columns + kept[k]];
        return new MemoryTensor(tensor.Name, left, [.. tensor.Shape.SkipLast(1), kept.Length]);
    }

    // A bias moves the outputs by what does not depend on the weights below it; the order of parameters is that of the network: weights, then biases, layer
    // by layer. A layer of c units has c biases at its end.
    private static bool[] Biases(int inputSize, RecordingOptions options, int outputs)
    {
        var bias = new List<bool>();
        int size = inputSize, channels = 1, side = (int)Math.Round(Math.Sqrt(inputSize));
        foreach (var layer in options.Layers)
        {
            int inputs = layer.IsConvolution ? channels * layer.Kernel * layer.Kernel : size;
            bias.AddRange(Enumerable.Repeat(false, inputs * layer.Width).Concat(Enumerable.Repeat(true, layer.Width)));
            if (layer.IsConvolution) (channels, side) = (layer.Width, (side - layer.Kernel) / layer.Stride + 1);
            size = layer.IsConvolution ? channels * side * side : layer.Width;
        }
        bias.AddRange(Enumerable.Repeat(false, size * outputs).Concat(Enumerable.Repeat(true, outputs)));
        return [.. bias];
    }
}
