namespace KernelFlow;

/// <summary>What is told of W_S, P and the transfer operators by applying them to vectors; nothing of order N×N was formed.</summary>
/// <remarks>Each number is at least, at most, an estimate, or exact to the tolerance of the sweep; its summary says which.</remarks>
public sealed record MatrixFreeResult
{
    /// <summary>How the operators were applied.</summary>
    public required SweepSummary Sweep { get; init; }

    /// <summary>The largest eigenpairs of W_S that were found, descending: each λ_j is at least as certified by its residual, and there is an eigenvalue within
    /// the residual of it.</summary>
    public required IReadOnlyList<LeadingMode> Modes { get; init; }

    /// <summary>ψ_j in columns, N×K; unknown in results that were read from a file.</summary>
    public required Known<MathNet.Numerics.LinearAlgebra.Matrix<double>> Vectors { get; init; }

    /// <summary>r, how many modes W_S has in the space of the gradients; exact.</summary>
    public required int Dimension { get; init; }

    /// <summary>The space, as in <see cref="SpectrumResult.Space"/>.</summary>
    public string Space { get; init; } = SpectrumResult.AllOutputs;

    /// <summary>How the modes are known, or not known, to hold every copy of a repeated eigenvalue.</summary>
    public required string Multiplicity { get; init; }

    /// <summary>β where 2βλ_j is the dissipated fraction that the threshold applies to; otherwise why it applies to λ_j/λ_1.</summary>
    public required Known<double> Beta { get; init; }

    /// <summary>δ: modes whose measure is at or above it are signal.</summary>
    public required double Threshold { get; init; }

    /// <summary>How many modes are signal.</summary>
    public required SignalCount Signal { get; init; }

    /// <summary>c with ‖G_Q v‖² ≤ c·vᵀW_S v for every v; at most.</summary>
    public required Known<double> ResponseBound { get; init; }

    /// <summary>How far any unit vector orthogonal to the modes found can move the test outputs, √(c·λ) with λ at most 1/(2β); at most, or why nothing is
    /// known of it.</summary>
    public required Known<double> ComplementResponse { get; init; }

    /// <summary>The largest ‖G_Q ψ_j‖ relative to √(c λ_j), and the largest |(G_Q ψ_j)_i| relative to √(C_ii λ_j): none may exceed 1.</summary>
    public required double WorstRatio { get; init; }
}

/// <summary>How operators were applied to vectors: by sweeps over a frozen sequence of steps.</summary>
/// <param name="Scheme">Name of the scheme.</param>
/// <param name="Steps">Number of steps of a sweep; exact.</param>
/// <param name="ProductsPerSweep">Products with K_SS that a sweep takes for one vector; exact.</param>
/// <param name="ProductsTaken">Products with K_SS taken by all sweeps of the analysis but those that chose the steps, one for each vector; exact.</param>
/// <param name="Stiffness">z = ∫λ_max(B K_SS) dt; at most, by the bounds of the steps.</param>
/// <param name="Tolerance">Relative error of P, 2βW_S and βG that the steps were chosen for; an estimate.</param>
/// <param name="Gramians">Vectors that W_S was applied to; exact.</param>
public sealed record SweepSummary(string Scheme, int Steps, long ProductsPerSweep, long ProductsTaken, double Stiffness, double Tolerance, long Gramians);

/// <summary>One of the largest eigenpairs of W_S.</summary>
/// <param name="Eigenvalue">λ_j, the Rayleigh quotient of ψ_j.</param>
/// <param name="Residual">‖W_S ψ_j − λ_j ψ_j‖, measured: an eigenvalue lies within it of λ_j.</param>
/// <param name="Measure">2βλ_j, or λ_j/λ_1: what the threshold applies to.</param>
/// <param name="Response">‖G_Q ψ_j‖.</param>
/// <param name="Bound">√(c λ_j); at most.</param>
/// <param name="RowRatio">The largest |(G_Q ψ_j)_i| relative to √(C_ii λ_j) over the test outputs; at least.</param>
/// <param name="Motion">‖P ψ_j − ψ_j‖.</param>
public sealed record LeadingMode(double Eigenvalue, double Residual, double Measure, double Response, double Bound, double RowRatio, double Motion);

/// <summary>How many modes are signal, as far as it is known without all of them.</summary>
/// <param name="AtLeast">Certified: Ritz values less residuals and tolerance that are at or above the threshold.</param>
/// <param name="AtMost">Certified.</param>
/// <param name="AtMostFrom">What the upper bound follows from.</param>
/// <param name="Estimate">By stochastic quadrature, or why there is none.</param>
public sealed record SignalCount(int AtLeast, int AtMost, string AtMostFrom, Known<SignalEstimate> Estimate);

/// <summary>An estimate of the number of signal modes; it is not a bound.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Lower">Lower end of the confidence interval.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Confidence">Of the interval, as 0.95.</param>
/// <param name="Probes">Random vectors.</param>
/// <param name="Steps">Lanczos steps from each.</param>
public sealed record SignalEstimate(double Value, double Lower, double Upper, double Confidence, int Probes, int Steps);
