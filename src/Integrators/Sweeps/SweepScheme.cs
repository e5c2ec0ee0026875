using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>How one step of a sweep carries vectors: a fixed polynomial in the kernels of the step, hence a linear map whose transpose takes the same
/// products in the opposite order.</summary>
public abstract class SweepScheme
{
    /// <summary>A scheme of a name and an order.</summary>
    private protected SweepScheme(string name, int order) => (Name, Order) = (name, order);

    /// <summary>RKC2: stabilised explicit, order 2, kernels at the time of each stage; the fewest products per step.</summary>
    public static SweepScheme Stabilised2 { get; } = new StabilisedScheme();

    /// <summary>The built-in schemes.</summary>
    public static IReadOnlyList<SweepScheme> All { get; } = [Stabilised2];

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

    /// <summary>Products that a step needs whose stiffness is at most z.</summary>
    internal abstract int Degree(double z, double tolerance);

    /// <summary>The factor of one step of ẋ = −rate·x.</summary>
    internal abstract double Factor(SweepStep step, double rate);

    /// <summary>X ← S·X over one step.</summary>
    internal abstract void Forward(SweepRates rates, SweepStep step, in MatrixView x);

    /// <summary>X̄ ← Sᵀ·X̄ over the same step.</summary>
    internal abstract void Backward(SweepRates rates, SweepStep step, in MatrixView x);
}
