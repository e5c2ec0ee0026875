using System.Text.Json;

namespace KernelFlow;

/// <summary>An optimizer that a manifest names and this program does not know. The run opens and is analysed as a flow; no recursion accepts it.</summary>
public sealed class UnknownOptimizer : Optimizer
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="kind">The name the manifest gives.</param>
    /// <param name="learningRate">η of the first step; 0 where none is stated.</param>
    /// <param name="constants">Its numeric constants by their keys.</param>
    public UnknownOptimizer(string kind, double learningRate, params IReadOnlyList<NamedConstant> constants) : base(kind, learningRate)
    {
        ArgumentNullException.ThrowIfNull(constants);
        OwnConstants = [.. constants];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<NamedConstant> OwnConstants { get; }

    /// <summary>Reads whatever a manifest says of an optimizer: every key with a finite number is kept as a constant.</summary>
    /// <param name="keys">The keys of the manifest's object <c>optimizer</c>.</param>
    /// <exception cref="InvalidRunException">The kind is missing or not a text, or a learning rate or batch size that is stated has a wrong value.</exception>
    public static UnknownOptimizer Read(ManifestKeys keys)
    {
        const string Rate = "learningRate";
        var constants = new List<NamedConstant>();
        foreach (string key in keys.Names)
            if (key is not (Rate or BatchSizeKey) && keys.Has(key) && keys.Get(key, "") is { ValueKind: JsonValueKind.Number } json
                && json.TryGetDouble(out double value) && double.IsFinite(value))
                constants.Add(new NamedConstant(key, value));
        string kind = keys.Text("kind", "a name");
        if (kind.Length == 0) throw keys.Wrong("kind", "a name");
        double rate = OptimizerDescriptor.OptionalLearningRate(keys);
        return new UnknownOptimizer(kind, rate, constants) { BatchSize = OptimizerDescriptor.BatchSize(keys) };
    }
}
