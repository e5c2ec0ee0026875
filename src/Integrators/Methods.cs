using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The integration methods by name.</summary>
public static class Methods
{
    private static readonly CollocationTableau[] Collocation = [CollocationTableau.Gauss4, CollocationTableau.Gauss6];

    /// <summary>What "auto" resolves to.</summary>
    public static string Default => CollocationTableau.Gauss6.Name;

    /// <summary>Names accepted by <c>--method</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", .. Collocation.Select(t => t.Name)];

    /// <summary>The name that "auto" stands for, or the name itself.</summary>
    /// <exception cref="ArgumentException">No such method; the message lists those there are.</exception>
    public static string Resolve(string name)
    {
        if (!Names.Contains(name)) throw new ArgumentException($"method: found {name}, expected one of {string.Join(", ", Names)}.");
        return name == "auto" ? Default : name;
    }

    internal static StepMethod Create(string name, KernelTrajectory trajectory, int columns, in MatrixView kernels, Backend backend)
    {
        string resolved = Resolve(name);
        return new CollocationStep(Collocation.Single(t => t.Name == resolved), trajectory, columns, kernels, backend);
    }
}
