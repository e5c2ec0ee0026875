using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The integration methods by name.</summary>
public static class Methods
{
    // Below this tolerance the longer steps of order 6 outweigh their cost.
    private const double HighOrder = 3e-8;

    private delegate StepMethod Maker(KernelTrajectory trajectory, int columns, Backend backend);

    private static readonly IReadOnlyList<(string Name, Maker Make)> _all =
    [
        .. CollocationTableau.All
            .Select(t => (t.Name, (Maker)((trajectory, columns, backend) => new CollocationStep(t, trajectory, columns, backend)))),
        .. new[] { ExplicitTableau.DormandPrince5, ExplicitTableau.Tsitouras5, ExplicitTableau.DormandPrince8 }
            .Select(t => (t.Name, (Maker)((trajectory, columns, backend) => new ExplicitStep(t, trajectory, columns, backend)))),
        ("exponential-midpoint", (trajectory, columns, backend) => new ExponentialMidpointStep(trajectory, columns, backend)),
        ("magnus-4", (trajectory, columns, backend) => new MagnusStep(trajectory, columns, backend)),
        ("rkc2", (trajectory, columns, backend) => new ChebyshevStep(trajectory, columns, backend)),
    ];

    /// <summary>Names accepted by <c>--method</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", .. _all.Select(m => m.Name)];

    /// <summary>The method that suits a trajectory and tolerance, and why: what "auto" stands for.</summary>
    /// <param name="trajectory">What is to be integrated.</param>
    /// <param name="relativeTolerance">Bound on the errors.</param>
    public static (string Name, string Reason) Choose(KernelTrajectory trajectory, double relativeTolerance)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        // Measured in docs/methods.md: steps are few (one or two per interval of a recorded run), so what counts is the cost of a step at the order needed.
        if (relativeTolerance >= HighOrder)
            return (CollocationTableau.Gauss4.Name, "order 4: cheapest to this tolerance; any stiffness, structure preserving");
        return (CollocationTableau.Gauss6.Name, "order 6: fewest steps to this tolerance; any stiffness, structure preserving");
    }

    /// <summary>Checks a name.</summary>
    /// <exception cref="ArgumentException">No such method; the message lists those there are.</exception>
    public static string Resolve(string name)
    {
        if (!Names.Contains(name)) throw new ArgumentException($"method: found {name}, expected one of {string.Join(", ", Names)}.");
        return name;
    }

    internal static StepMethod Create(string name, KernelTrajectory trajectory, int columns, Backend backend)
    {
        string resolved = Resolve(name);
        return _all.Single(m => m.Name == resolved).Make(trajectory, columns, backend);
    }
}
