using System.Text.Json;

namespace KernelFlow.Bridges;

/// <summary>The manifest's object <c>optimizer</c>: the optimizer, and the constants in it that its reader did not ask for.</summary>
internal static class OptimizerKeys
{
    // How the steps are computed, or the learning rate under another name: none of them changes the steps.
    private static readonly HashSet<string> _harmless =
        new(["foreach", "fused", "capturable", "differentiable", "lr", "initial_lr", "seed", "name"], StringComparer.Ordinal);

    /// <summary>Reads it.</summary>
    public static (Optimizer Optimizer, IReadOnlyList<NamedConstant> Unknown) Read(ManifestKeys keys, RunFormat format)
    {
        var optimizer = keys.Object("optimizer", "an object with kind and learningRate");
        string kind = optimizer.Text("kind", string.Join(", ", format.Optimizers.Select(d => d.Kind)));
        var read = format.Optimizers.FirstOrDefault(d => d.Kind == kind) is { } known ? known.Read(optimizer) : UnknownOptimizer.Read(optimizer);
        return (read, [.. Unknown(optimizer)]);
    }

    private static IEnumerable<NamedConstant> Unknown(ManifestKeys optimizer)
    {
        foreach (string key in optimizer.Unread)
        {
            if (_harmless.Contains(key) || !optimizer.Has(key)) continue;
            var value = optimizer.Get(key, "");
            if (value.ValueKind == JsonValueKind.True) yield return new NamedConstant(key, 1);
            else if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number != 0)
                yield return new NamedConstant(key, double.IsFinite(number) ? number : throw optimizer.Wrong(key, "a finite number"));
        }
    }
}
