namespace KernelFlow;

/// <summary>A two-layer linear network u = W₂W₁x whose gradient flow has an exact solution.</summary>
public sealed record LinearNetworkOptions
{
    /// <summary>n: training examples, at least <see cref="InputSize"/> (the inputs are white: XᵀX = n·I).</summary>
    public int Train { get; init; } = 10;

    /// <summary>m: test examples, standard normal inputs.</summary>
    public int Test { get; init; } = 6;

    /// <summary>d: values per input.</summary>
    public int InputSize { get; init; } = 5;

    /// <summary>h: hidden units, at least the number of modes.</summary>
    public int Hidden { get; init; } = 4;

    /// <summary>p: outputs per example.</summary>
    public int Outputs { get; init; } = 2;

    /// <summary>s_α &gt; 0: singular values of YᵀX/n, at most min(d, p) of them.</summary>
    public IReadOnlyList<double> Targets { get; init; } = [1.5, 0.7];

    /// <summary>a_α(0) &gt; 0: initial strengths, one per mode.</summary>
    public IReadOnlyList<double> InitialStrengths { get; init; } = [0.05, 0.02];

    /// <summary>Standard deviation of the part of the targets that no linear map of the inputs reaches (it stays in g for ever).</summary>
    public double Unreachable { get; init; } = 0.3;

    /// <summary>Seed of inputs, directions and unreachable targets.</summary>
    public long Seed { get; init; }
}
