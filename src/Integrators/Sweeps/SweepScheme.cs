using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>How one step of a sweep carries vectors: a fixed polynomial in the kernels of the step, hence a linear map whose transpose takes the same
/// products in the opposite order.</summary>
public abstract class SweepScheme
{
    /// <summary>A scheme of a name and an order.</summary>
    private protected SweepScheme(string name, int order) => (Name, Order) = (name, order);

    /// <summary>RKC2: stabilised explicit, order 2, kernels at the time of each stage; the fewest products at tolerances of 1e-3 and above.</summary>
    public static SweepScheme Stabilised2 { get; } = new StabilisedScheme();

    /// <summary>RKC2 extrapolated to order 3, two half steps and one whole one: for lower tolerances, and fewer nodes.</summary>
    public static SweepScheme Stabilised3 { get; } = new ExtrapolatedScheme();

    /// <summary>The built-in schemes.</summary>
    public static IReadOnlyList<SweepScheme> All { get; } = [Stabilised2, Stabilised3];

    /// <summary>Names of <see cref="All"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(s => s.Name)];

    /// <summary>Name as in results.</summary>
    public string Name { get; }

    /// <summary>Order p: the error of P falls like h^p where the kernels are smooth.</summary>
    public int Order { get; }

    /// <summary>The built-in scheme of a name; null when there is none.</summary>
    /// <param name="name">A name from <see cref="Names"/>.</param>
    public static SweepScheme? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(s => s.Name == name);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The quadrature of a panel, whose nodes the steps go between.</summary>
    internal abstract PanelRule Rule { get; }

    /// <summary>How many times the products of constant kernels recorded runs took, in measurements (docs/matrix-free.md).</summary>
    internal abstract double Drift { get; }

    /// <summary>The scheme of a step that begins at a time: this one, unless there are two.</summary>
    internal virtual SweepScheme At(double time) => this;

    /// <summary>Products that a step needs whose stiffness is at most z.</summary>
    internal abstract int Degree(double z);

    /// <summary>The factor of one step of ẋ = −rate·x.</summary>
    internal abstract double Factor(SweepStep step, double rate);

    /// <summary>X ← S·X over one step.</summary>
    internal abstract void Forward(SweepRates rates, SweepStep step, in MatrixView x);

    /// <summary>X̄ ← Sᵀ·X̄ over the same step.</summary>
    internal abstract void Backward(SweepRates rates, SweepStep step, in MatrixView x);
}
