namespace KernelFlow.Bridges;

/// <summary>What a recording that is to be continued stands on.</summary>
internal static class ResumedRun
{
    /// <summary>Opens the targets and every checkpoint, one after the other, and compares them with the manifest and with each other.</summary>
    /// <returns>The loss, and the structure that further checkpoints must have.</returns>
    /// <exception cref="InvalidRunException">One of them is not sound; the message says what can be done.</exception>
    public static (LossModel Loss, CheckpointStructure Structure) Check(
        string folder, RunManifest manifest, RunFormat format, CancellationToken cancellation)
    {
        using var targets = manifest.Targets is { } name ? Opened(folder, name, manifest.TargetsSha256, format, cancellation) : null;
        var (loss, _) = RunTargets.Load(manifest, targets);
        CheckpointStructure? structure = null;
        foreach (var entry in manifest.Checkpoints)
        {
            try
            {
                using var file = Opened(folder, entry.File, entry.Sha256, format, cancellation);
                var checkpoint = CheckpointReader.Read(file, entry, manifest);
                structure ??= new CheckpointStructure(checkpoint, loss, manifest.Test, manifest.Parameters);
                structure.Check(checkpoint);
                CheckpointReader.CheckSmallTensors(checkpoint, manifest.Train);
            }
            catch (InvalidRunException e)
            {
                throw new InvalidRunException($"{e.Message} The recording cannot be continued on this checkpoint: record it anew, or take this and the later "
                    + $"checkpoints out of {RunManifest.FileName} and resume.", e);
            }
        }
        return (loss, structure!);
    }

    private static ContainerFile Opened(string folder, string name, string? sum, RunFormat format, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var file = format.OpenFile(Path.Combine(folder, name));
        try
        {
            if (sum is not null) _ = FileSum.Of(file, name, sum, cancellation);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
