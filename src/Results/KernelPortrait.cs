namespace KernelFlow;

/// <summary>The training kernel K_SS at one end of the window: its spectrum, and how alike it makes the examples.</summary>
public sealed record KernelPortrait
{
    /// <summary>The spectrum is computed for kernels of at most this order: it costs about 4/3 N³ operations.</summary>
    public const int LargestOrder = 512;

    /// <summary>Flow time.</summary>
    public required double Time { get; init; }

    /// <summary>All eigenvalues, descending; unknown for orders above <see cref="LargestOrder"/>.</summary>
    public required Known<IReadOnlyList<double>> Eigenvalues { get; init; }

    /// <summary>Cosines of the centred features of the examples: with k_ij the trace of the block of examples i and j, and H = I − 11ᵀ/n,
    /// (HkH)_ij/√((HkH)_ii (HkH)_jj). Examples are in the order of <see cref="ExampleClasses.Order"/> where classes are known.</summary>
    public required MatrixPicture Gram { get; init; }
}
