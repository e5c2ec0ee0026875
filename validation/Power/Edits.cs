using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Power;

/// <summary>Changes of the tensors of a recording.</summary>
internal static class Edits
{
    /// <summary>Every checkpoint with its tensors changed.</summary>
    public static CheckpointSequence Each(CheckpointSequence run, Action<int, Dictionary<string, TensorSource>> edit, LossModel? loss = null) =>
        run.With(run.Select((checkpoint, k) =>
        {
            var tensors = checkpoint.Tensors.ToDictionary();
            edit(k, tensors);
            return checkpoint with { Tensors = tensors };
        }), loss);

    /// <summary>Replaces a tensor, where there is one, by what a function makes of its values.</summary>
    public static void Change(Dictionary<string, TensorSource> tensors, string name, Func<double[], double[]> change)
    {
        if (!tensors.TryGetValue(name, out var tensor)) return;
        double[] values = change(tensor.ReadAll());
        tensors[name] = tensor.Type == StorageType.Float32 ? new MemoryTensor(name, Array.ConvertAll(values, v => (float)v), [.. tensor.Shape])
            : new MemoryTensor(name, values, [.. tensor.Shape]);
    }

    /// <summary>Values times a factor.</summary>
    public static double[] Scaled(double[] values, double factor) => Array.ConvertAll(values, v => factor * v);

    /// <summary>The rows of a row-major tensor in another order, examples as they are.</summary>
    public static double[] Rows(double[] values, int[] order)
    {
        int width = values.Length / order.Length;
        var moved = new double[values.Length];
        for (int i = 0; i < order.Length; i++) values.AsSpan(order[i] * width, width).CopyTo(moved.AsSpan(i * width));
        return moved;
    }
}
