namespace KernelFlow.Integrators;

/// <summary>The integration methods by name.</summary>
public static class Methods
{
    /// <summary>Names accepted by <c>--method</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "gauss-4", "gauss-6"];
}
