namespace KernelFlow.Analysis.Measures;

/// <summary>Which training labels were changed, as the run says it.</summary>
internal static class ChangedLabels
{
    /// <summary>Indices of the examples, in order: those whose target is not the clean one, otherwise those that the mask marks.</summary>
    public static Known<IReadOnlyList<int>> Of(CheckpointSequence run)
    {
        var loss = run.Loss;
        int p = loss.Outputs;
        if (run.RunTensors.GetValueOrDefault(TensorName.clean_S) is { } tensor && !loss.IsCustom)
        {
            double[] clean = tensor.ReadAll();
            return Known.Of<IReadOnlyList<int>>([.. Enumerable.Range(0, loss.Examples).Where(i =>
                !loss.Targets.Slice(i * p, p).SequenceEqual(clean.AsSpan(i * p, p)))]);
        }
        if (run.RunTensors.GetValueOrDefault(TensorName.noise_mask_S) is not { } mask)
            return Known.Unknown<IReadOnlyList<int>>("the run has neither clean_S nor noise_mask_S, so its noise is not known");
        double[] marked = mask.ReadAll();
        return Known.Of<IReadOnlyList<int>>([.. Enumerable.Range(0, loss.Examples).Where(i => marked[i] != 0)]);
    }
}
