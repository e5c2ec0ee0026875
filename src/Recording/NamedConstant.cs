namespace KernelFlow;

/// <summary>A constant of an optimizer or a loss, as manifests and results carry it: "beta1", 0.9.</summary>
/// <param name="Key">The key in the manifest.</param>
/// <param name="Value">The value, finite.</param>
public readonly record struct NamedConstant(string Key, double Value)
{
    /// <summary>Whether the constant is yes (1) or no (0): a manifest has true or false.</summary>
    public bool IsFlag { get; init; }
}
