namespace KernelFlow;

/// <summary>How a converted run is written.</summary>
/// <param name="Metadata">Free-form facts for the manifest, usually those of the run.</param>
/// <param name="Overwrite">Also accept a folder that holds other files.</param>
/// <param name="Format">The format that the new run is to be opened with; null for <see cref="RunFormat.Default"/>.</param>
internal sealed record ConvertedRunOptions(IReadOnlyDictionary<string, string>? Metadata, bool Overwrite, RunFormat? Format);

/// <summary>Writes a run that was made of another one: what the manifest says of the training stays as it was.</summary>
internal static class ConvertedRun
{
    /// <summary>Writes checkpoint by checkpoint, as they are made.</summary>
    public static void Write(CheckpointSequence source, IEnumerable<Checkpoint> converted, long? parameters, string folder, ConvertedRunOptions options,
        IProgress<int>? progress, CancellationToken cancellation)
    {
        using var writer = RunWriter.Create(folder, new RunDescription(source.Loss, source.Test)
        {
            Parameters = parameters,
            Optimizer = source.Optimizer,
            UnknownConstants = source.UnknownConstants,
            Schedule = source.Schedule?.Lengths.Select((length, k) => length / (source[k + 1].Step - source[k].Step)).ToArray(),
            Setting = source.Setting,
            Targets = [.. source.RunTensors.Values.Where(t => source.Loss.IsCustom || t.Name != TensorName.y_S)],
            Metadata = options.Metadata ?? new Dictionary<string, string>(),
        }, options.Overwrite, options.Format);
        foreach (var checkpoint in converted)
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Append(checkpoint.Time, checkpoint.Step, checkpoint.Tensors.Values);
            progress?.Report(writer.Checkpoints.Count);
        }
    }
}
