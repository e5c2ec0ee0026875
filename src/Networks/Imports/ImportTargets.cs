namespace KernelFlow.Networks.Imports;

/// <summary>The targets of a run as its format wants them.</summary>
internal static class ImportTargets
{
    /// <summary>Targets [n, p]: whole numbers are classes for softmax cross-entropy, 0 and 1 are −1 and 1 for the logistic loss.</summary>
    /// <param name="tensor">The tensor as it is.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="outputs">p.</param>
    /// <exception cref="InvalidRunException">It has another shape, or a number that is no class.</exception>
    public static MemoryTensor Values(TensorSource tensor, MapLoss loss, int outputs)
    {
        bool classes = loss == MapLoss.SoftmaxCrossEntropy && tensor.Shape.Count == 1 && outputs > 1;
        long n = tensor.Shape.Count > 0 ? tensor.Shape[0] : 0;
        if (!classes && (tensor.Count % outputs != 0 || tensor.Shape.Count is not (1 or 2) || (tensor.Shape.Count == 2 && tensor.Shape[1] != outputs)))
            throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: found shape {tensor.ShapeText}, expected "
                + $"[{(tensor.Shape.Count == 0 ? "examples" : n)}, {outputs}].");
        double[] values = tensor.ReadAll();
        if (classes)
        {
            var one = new double[Numerics.ArraySize.Of(n, outputs)];
            for (int i = 0; i < n; i++)
                one[i * outputs + (values[i] >= 0 && values[i] < outputs && values[i] == Math.Floor(values[i]) ? (int)values[i]
                    : throw new InvalidRunException(
                    $"{tensor.Location}: {tensor.Name}: found {FlowTimeWindow.Text(values[i])} at index [{i}], expected a class below {outputs}."))] = 1;
            return new MemoryTensor(tensor.Name, one, n, outputs);
        }
        if (loss == MapLoss.Logistic && values.All(v => v is 0 or 1)) values = Array.ConvertAll(values, v => 2 * v - 1);
        return new MemoryTensor(tensor.Name, values, values.Length / outputs, outputs);
    }

    /// <summary>The mask of noisy examples.</summary>
    public static StreamedTensor Mask(TensorSource tensor)
    {
        double[] values = tensor.ReadAll();
        if (tensor.Shape.Count != 1 || values.Any(v => v is not (0 or 1)))
            throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: found shape {tensor.ShapeText} or other numbers, expected 0 or 1 for every "
                + "training example.");
        return StreamedTensor.Booleans(tensor.Name, Array.ConvertAll(values, v => v == 1));
    }
}
