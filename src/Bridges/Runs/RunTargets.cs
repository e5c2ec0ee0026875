namespace KernelFlow.Bridges;

/// <summary>The targets file of a run: y_S becomes the loss; y_Q, clean_S and noise_mask_S belong to the run. All are small and checked at once.</summary>
internal static class RunTargets
{
    private static readonly TensorName[] _names = [.. TensorName.In(TensorGroup.Targets)];

    /// <summary>Validates the targets and makes the loss.</summary>
    /// <param name="manifest">Sizes and the loss's name.</param>
    /// <param name="file">The targets file; null for a custom loss without one.</param>
    public static (LossModel Loss, Dictionary<string, TensorSource> RunTensors) Load(RunManifest manifest, ContainerFile? file)
    {
        int p = manifest.Outputs;
        var tensors = _names.Select(name => file?.Find(name)).OfType<TensorSource>().ToDictionary(t => t.Name);
        Check(manifest, tensors.Values);
        var descriptor = manifest.LossDescriptor;
        double[] y = [];
        if (descriptor.HasFormula)
        {
            y = file![TensorName.y_S].ReadAll();
            tensors.Remove(TensorName.y_S);
        }
        return (descriptor.Make(new LossData(manifest.Train, p, manifest.IsSum, y, manifest.LossConstants)), tensors);
    }

    /// <summary>Types, shapes and values against the manifest.</summary>
    public static void Check(RunManifest manifest, IEnumerable<TensorSource> tensors)
    {
        var shapes = new TensorShapes(manifest.Train, manifest.Test, manifest.Outputs, null, manifest.Parameters, false);
        foreach (var tensor in tensors)
        {
            if (TensorName.Find(tensor.Name) is not { Group: TensorGroup.Targets })
                throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: expected one of {string.Join<TensorName>(", ", _names)}.");
            TensorTypes.Check(tensor);
            shapes.Check(tensor);
            double[] values = tensor.ReadAll();
            if (tensor.Name == TensorName.noise_mask_S) CheckMask(tensor, values);
            else CheckValues(manifest, tensor, values);
        }
    }

    private static void CheckValues(RunManifest manifest, TensorSource tensor, double[] values)
    {
        manifest.LossDescriptor.CheckTargets(values, manifest.Outputs, $"{tensor.Location}: {tensor.Name}");
    }

    private static void CheckMask(TensorSource tensor, double[] values)
    {
        int i = Array.FindIndex(values, v => v is not (0 or 1));
        if (i >= 0)
            throw new InvalidRunException(
                FormattableString.Invariant($"{tensor.Location}: {tensor.Name}: found byte {values[i]} at index [{i}], expected 0 or 1."));
    }
}
