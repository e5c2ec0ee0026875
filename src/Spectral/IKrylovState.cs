namespace KernelFlow.Spectral;

/// <summary>What the restart driver needs of a factorization: a basis that grows, approximate values with residual estimates, and restarts.</summary>
internal interface IKrylovState
{
    /// <summary>Dimension of the space.</summary>
    int Dimension { get; }

    /// <summary>Most basis vectors, locked ones included.</summary>
    int Capacity { get; }

    /// <summary>Basis vectors apart from the locked ones.</summary>
    int Size { get; }

    /// <summary>Columns of the block that comes next.</summary>
    int NextWidth { get; }

    /// <summary>Values of the locked vectors.</summary>
    IReadOnlyList<double> LockedValues { get; }

    /// <summary>Whether the basis spans the whole space.</summary>
    bool IsComplete { get; }

    /// <summary>Vectors the operator was applied to.</summary>
    int Applications { get; }

    /// <summary>max |BᵀB − I| over all basis vectors, measured.</summary>
    double OrthogonalityLoss();

    /// <summary>Adds the next block to the basis.</summary>
    void Extend();

    /// <summary>Values, ascending, and residual norms of the approximations in the basis (locked ones left out).</summary>
    (double[] Values, double[] Residuals) Approximations();

    /// <summary>Keeps some of the last <see cref="Approximations"/> as the basis and moves others to the locked ones.</summary>
    void Restart(ReadOnlySpan<int> locked, ReadOnlySpan<int> kept);

    /// <summary>Keeps only these of the locked vectors.</summary>
    void KeepLocked(ReadOnlySpan<int> kept);

    /// <summary>Forgets the basis (not the locked vectors) and starts from random directions.</summary>
    void StartAgain();
}
