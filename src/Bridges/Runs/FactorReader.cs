namespace KernelFlow.Bridges;

/// <summary>The factors in a checkpoint file as Jacobians.</summary>
internal static class FactorReader
{
    /// <summary>J_S, J_Q and, where they are there, those at midpoints; none when the file holds no factor.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="manifest">The run: its layers and sizes.</param>
    /// <param name="taken">Receives the names of the tensors that the Jacobians are made of.</param>
    /// <exception cref="InvalidRunException">A factor is missing or wrong, or Jacobians and factors are mixed.</exception>
    public static IReadOnlyList<FactoredJacobian> Read(ContainerFile file, RunManifest manifest, ISet<string> taken)
    {
        var names = file.Names.ToHashSet(StringComparer.Ordinal);
        if (manifest.Layers is not { } layers)
        {
            // Named as factors are, in a run without layers: whoever wrote them meant version 2.
            if (!names.Contains(TensorName.J_S) && names.Order(StringComparer.Ordinal).FirstOrDefault(IsFactor) is { } factor)
                throw new InvalidRunException($"{file.Path}: found {factor}, a factor of a Jacobian, expected J_S and J_Q: factors need \"version\": 2 and "
                    + $"{LayerKeys.Key} in {RunManifest.FileName}.");
            return [];
        }
        var recorded = FactorNames.Jacobians.Where(j => layers.Any(l => FactorNames.Of(j, l).Any(names.Contains))).ToList();
        if (recorded.Count == 0) return [];
        if (FactorNames.Jacobians.FirstOrDefault(j => names.Contains(j)) is { } mixed)
            throw new InvalidRunException($"{file.Path}: found {mixed.Name} beside {FirstFactor(recorded[0], layers, names)}, "
                + "expected Jacobians or the factors of every layer, not both.");
        if (names.Contains(TensorName.Sketch))
            throw new InvalidRunException($"{file.Path}: found sketch beside {FirstFactor(recorded[0], layers, names)}: "
                + "the columns of a sketch are not those of layers, expected J_S and J_Q.");
        foreach (var always in FactorNames.Jacobians.Take(2))
            if (!recorded.Contains(always)) recorded.Add(always); // It is told which of its factors is missing.
        FactoredJacobian[] jacobians =
            [.. recorded.OrderBy(j => FactorNames.Jacobians.ToList().IndexOf(j)).Select(j => Jacobian(file, manifest, layers, j, taken))];
        // A layer that the manifest forgot would be missing in every kernel.
        if (names.Order(StringComparer.Ordinal).FirstOrDefault(name => IsFactor(name) && !taken.Contains(name)) is { } foreign)
            throw new InvalidRunException($"{file.Path}: found {foreign}, a factor that no layer of {RunManifest.FileName} has, expected those of "
                + $"{string.Join(", ", layers.Select(l => l.Name))}.");
        return jacobians;
    }

    private static FactoredJacobian Jacobian(
        ContainerFile file, RunManifest manifest, IReadOnlyList<JacobianLayer> layers, TensorName name, ISet<string> taken)
    {
        int examples = name == TensorName.J_S || name == TensorName.J_S_mid ? manifest.Train : manifest.Test;
        TensorSource Find(string factor)
        {
            taken.Add(factor);
            return file[factor];
        }
        var factors = layers.Select(l => LayerFactors.Of(name, l, examples, manifest.Outputs, Find)).ToArray();
        return new FactoredJacobian(name, file.Path, examples, manifest.Outputs, factors);
    }

    private static string FirstFactor(TensorName jacobian, IReadOnlyList<JacobianLayer> layers, HashSet<string> names) =>
        layers.SelectMany(l => FactorNames.Of(jacobian, l)).First(names.Contains);

    private static bool IsFactor(string name) => FactorNames.Jacobians.Any(j =>
        name is ['A' or 'D' or 'J', ..] && name.AsSpan(1).StartsWith($"{j.Name[1..]}/", StringComparison.Ordinal));
}
