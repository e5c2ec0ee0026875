namespace KernelFlow.Bridges;

/// <summary>A checkpoint file as a <see cref="Checkpoint"/>, with the checks that need the file or the manifest.</summary>
internal static class CheckpointReader
{
    // Read when the run is opened: all of them together are far smaller than one Jacobian.
    private static readonly TensorName[] _small = [TensorName.U_S, TensorName.U_Q, TensorName.g, TensorName.Loss];

    /// <summary>The tensors of a file, factors as the Jacobians that they make. Those that the run format does not know and this version cannot read are left
    /// out; a known name must have an allowed type.</summary>
    public static Checkpoint Read(ContainerFile file, CheckpointEntry entry, RunManifest manifest)
    {
        var tensors = new Dictionary<string, TensorSource>(StringComparer.Ordinal);
        var factors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var jacobian in FactorReader.Read(file, manifest, factors)) tensors.Add(jacobian.Name, jacobian);
        foreach (string name in file.Names)
        {
            if (factors.Contains(name)) continue;
            if (TensorName.Find(name) is null && !file.CanRead(name)) continue;
            var tensor = file[name];
            TensorTypes.Check(tensor);
            tensors.Add(name, tensor);
        }
        if (tensors.Count == 0) throw new InvalidRunException($"{file.Path}: tensor U_S is missing (checkpoint at step {entry.Step}); found none.");
        return new Checkpoint(entry.Time, entry.Step, tensors);
    }

    /// <summary>A run with Jacobians must say how many parameters it has.</summary>
    public static void RequireParameters(IReadOnlyList<Checkpoint> checkpoints, RunManifest manifest)
    {
        if (manifest.Parameters is not null || checkpoints[0].Find(TensorName.J_S) is not { } jacobian) return;
        throw new InvalidRunException(
            $"{manifest.Path}: parameters is missing, expected a positive integer: {jacobian.Location} has J_S of shape {jacobian.ShapeText}.");
    }

    /// <summary>Finite values of the small tensors, and batch members that are examples.</summary>
    public static void CheckSmallTensors(Checkpoint checkpoint, int train)
    {
        foreach (var name in _small) _ = checkpoint.Find(name)?.ReadAll();
        CheckBatch(checkpoint, train);
    }

    /// <summary>Throws when batch is not a list of examples.</summary>
    public static void CheckBatch(Checkpoint checkpoint, int train)
    {
        if (checkpoint.Find(TensorName.Batch) is not { } batch) return;
        if (batch.Shape.Count != 1 || batch.Count is 0 or > int.MaxValue)
            throw new InvalidRunException($"{batch.Location}: batch: found shape {batch.ShapeText}, expected [b], the examples of one step.");
        double[] values = batch.ReadAll();
        int i = Array.FindIndex(values, v => v < 0 || v >= train);
        if (i >= 0)
            throw new InvalidRunException(FormattableString.Invariant(
                $"{batch.Location}: batch: found {values[i]} at index [{i}], expected examples from 0 to {train - 1}; it disagrees with train = {train}."));
    }
}
