namespace KernelFlow;

/// <summary>Options of <see cref="StochasticQuadrature"/>.</summary>
public sealed record QuadratureOptions
{
    /// <summary>Random vectors: the statistical error falls with their square root.</summary>
    public int Probes { get; init; } = 32;

    /// <summary>Lanczos steps from each: the quadrature error falls exponentially for smooth f.</summary>
    public int Steps { get; init; } = 40;

    /// <summary>Probes the operator is applied to at a time. Memory is BlockSize·Steps vectors.</summary>
    public int BlockSize { get; init; } = 8;

    /// <summary>Seed of the probes.</summary>
    public int Seed { get; init; }
}

/// <summary>A number with its interval.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Of the mean over probes.</param>
/// <param name="QuadratureError">Difference to the rule of ¾ of the steps: an estimate of what the finite number of steps costs, usually far too large.</param>
/// <param name="Lower">Lower end of the confidence interval: Student's t times the standard error, widened by the quadrature error.</param>
/// <param name="Upper">Upper end of the confidence interval.</param>
public readonly record struct SpectralEstimate(double Value, double StandardError, double QuadratureError, double Lower, double Upper)
{
    internal static SpectralEstimate Of(double value, double standardError, double quadratureError, double quantile)
    {
        double half = quantile * standardError + quadratureError;
        return new SpectralEstimate(value, standardError, quadratureError, value - half, value + half);
    }
}
