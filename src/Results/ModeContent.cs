namespace KernelFlow;

/// <summary>What the modes of W_S are made of, and what the gradient at the start holds of them.</summary>
public sealed record ModeContent
{
    /// <summary>(ψ_jᵀg(s))², the energy of the gradient along each mode; over all modes it adds up to <see cref="GradientEnergy"/>.</summary>
    public required IReadOnlyList<double> Energy { get; init; }

    /// <summary>‖g(s)‖².</summary>
    public required double GradientEnergy { get; init; }

    /// <summary>Loading of each example in each mode, the sum of the squares of its elements of ψ_j, so that each mode adds up to 1. Rows are examples, in
    /// the order of <see cref="ExampleClasses.Order"/> where classes are known; columns are modes.</summary>
    public required MatrixPicture ByExample { get; init; }

    /// <summary>The same summed over the examples of each class; unknown where there are no classes.</summary>
    public required Known<MatrixPicture> ByClass { get; init; }
}
