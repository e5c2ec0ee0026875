using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>A method for the flow Ẋ = −B(t)K_SS(t)X and the sums W_S, G_S and G_Q that go with it. The built-in ones are in <see cref="Methods"/>;
/// derive from it for one of your own.</summary>
/// <remarks>
/// A method says what it is (name, order, what it keeps) and makes the object that takes its steps, <see cref="Start"/>. Everything else comes with
/// it: W_S, G_S and G_Q over the nodes of the
/// step, ker W_S ⊆ ker G by construction, local and global error control, and the choice of steps. A method has no state and may be used from several threads.
/// </remarks>
public abstract class IntegrationMethod
{
    // Below this tolerance the order of the larger method of a family outweighs its cost.
    private protected const double HighOrder = 1e-3;

    private readonly Lazy<HalvingTest> _halving;
    private readonly Lazy<double> _energyDefect;

    /// <summary>Sets name and order.</summary>
    /// <param name="name">Name in reports and in results.json.</param>
    /// <param name="order">p: the global errors of P, W_S and G are O(h^p).</param>
    /// <exception cref="ArgumentException">The name is empty, or it is "auto", or the order is below 1.</exception>
    protected IntegrationMethod(string name, int order)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name == MethodChoice.AutoName)
            throw new ArgumentException($"A method cannot be called {name}: that name leaves the choice of a method to the tool.", nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        (Name, Order) = (name, order);
        _halving = new Lazy<HalvingTest>(MakeHalving);
        _energyDefect = new Lazy<double>(() => TestEquation.EnergyDefect(this));
    }

    /// <summary>Name in reports, in results.json and, for a built-in method, on the command line.</summary>
    public string Name { get; }

    /// <summary>p: the global errors of P, W_S and G are O(h^p).</summary>
    public int Order { get; }

    /// <summary>Whether, for B = βI, I − PᵀP = 2βW_S and I − P = βG_S hold to rounding at any step, with W_S and G_S from the nodes of the step: then
    /// they need not be summed.</summary>
    public virtual bool KeepsEnergy => false;

    /// <summary>What a step does to modes that decay much faster than it resolves.</summary>
    public virtual Damping Damping => Damping.None;

    /// <summary>The tableau whose stage equations a step solves; with one, the steps of an integration have a factor F with W_S = FᵀF
    /// (<see cref="FlowFactor"/>). Null: there is none.</summary>
    public virtual CollocationTableau? Tableau => null;

    /// <summary>A method of another family, with nodes elsewhere, to integrate the same flow a second time: what the two share, no common mistake
    /// explains.</summary>
    /// <param name="relativeTolerance">What the second integration is asked for.</param>
    public virtual IntegrationMethod Partner(double relativeTolerance) => relativeTolerance >= HighOrder ? Methods.Radau3 : Methods.Radau5;

    /// <summary>Another method with few stages, for carrying a few columns through the window a second time.</summary>
    /// <remarks>With few columns a third stage costs more than the longer steps save.</remarks>
    public virtual IntegrationMethod PartnerForColumns => Methods.Gauss4;

    /// <summary>Makes the object that takes the steps, with all the workspace they need.</summary>
    /// <param name="trajectory">What is integrated.</param>
    /// <param name="columns">The most columns that X will have.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public abstract StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend);

    /// <summary>As <see cref="Start"/>, with buffers that come from a workspace, where the method can use them.</summary>
    internal virtual StepMethod StartIn(Workspace workspace, KernelTrajectory trajectory, int columns, Backend backend) => Start(trajectory, columns, backend);

    /// <summary>The name of the method.</summary>
    public sealed override string ToString() => Name;

    /// <summary>How far the difference of a step and its halves can be trusted.</summary>
    internal HalvingTest Halving => _halving.Value;

    /// <summary>By how much steps on the test equation break the energy identity.</summary>
    internal double EnergyDefect => _energyDefect.Value;

    // A method of a user's own is measured on the test equation; the built-in ones know R(z) in closed form.
    private protected virtual HalvingTest MakeHalving() => HalvingTest.Measured(this);
}
