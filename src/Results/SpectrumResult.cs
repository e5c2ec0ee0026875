namespace KernelFlow;

/// <summary>The eigenvalues of W_S(s,T) and what the threshold makes of them.</summary>
public sealed record SpectrumResult
{
    /// <summary><see cref="Space"/> of a loss that sees every direction.</summary>
    public const string AllOutputs = "all outputs";

    private readonly int? _dimension;

    /// <summary>Eigenvalues λ_j of W_S, descending.</summary>
    public required IReadOnlyList<double> Eigenvalues { get; init; }

    /// <summary>‖W_S ψ_j − λ_j ψ_j‖₂ for each pair.</summary>
    public required IReadOnlyList<double> ResidualNorms { get; init; }

    /// <summary>2βλ_j, the fraction of ψ_j's gradient energy that is dissipated; unknown unless B = βI and the mode is flow.</summary>
    public Known<IReadOnlyList<double>> DissipatedFraction { get; init; }

    /// <summary>λ_j/λ_1: the measure the threshold applies to when there is no dissipated fraction.</summary>
    public required IReadOnlyList<double> RelativeEigenvalues { get; init; }

    /// <summary>δ: modes whose measure is below it are the (soft) reservoir.</summary>
    public required double Threshold { get; init; }

    /// <summary>Number of modes at or above the threshold; unknown when fewer modes were computed than are above it.</summary>
    public required Known<int> SignalDimension { get; init; }

    /// <summary>Number of modes below the threshold; unknown when <see cref="SignalDimension"/> is.</summary>
    public required Known<int> ReservoirDimension { get; init; }

    /// <summary>The effective rank (Σλ)²/Σλ².</summary>
    public required double EffectiveRank { get; init; }

    /// <summary>The space in which W_S was decomposed: "all outputs", or for a loss that is blind to some directions what its gradients fill, such as
    /// "outputs with zero sum per example".</summary>
    public string Space { get; init; } = AllOutputs;

    /// <summary>Its dimension, the number of modes there are: N for all outputs, n(p − 1) for softmax.</summary>
    public int Dimension
    {
        get => _dimension ?? Eigenvalues.Count;
        init => _dimension = value;
    }

    /// <summary>Whether all eigenvalues are there; otherwise the largest. Dimensions and effective rank count all of them either way.</summary>
    public required bool Complete { get; init; }

    /// <summary>How the eigenpairs were computed.</summary>
    public EigenSolver Solver { get; init; } = EigenSolver.Dense;

    /// <summary>How the eigenvalues listed are known to hold every copy of a repeated one.</summary>
    public string? Multiplicity { get; init; }
}
