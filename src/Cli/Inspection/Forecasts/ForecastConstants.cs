namespace KernelFlow.Cli;

/// <summary>One constant for each stage: how much more it does than the model counts, fitted by benchmarks/ForecastStudy to 24 measured
/// analyses (docs/benchmarks.md).</summary>
internal static class ForecastConstants
{
    /// <summary>Seconds from the start of the process to the first number, and its code being compiled: times <see cref="Start"/>.</summary>
    public const double StartSeconds = 0.5;

    public const double Start = 1.55, Reading = 0.9, Comparison = 0.6, Replay = 1.8, Vectors = 0.9, Integration = 0.3, Checks = 1.05, Measures = 0.43,
        Recursion = 1.2, Report = 1.03;

    /// <summary>Bytes of the process without a run.</summary>
    public const double ProcessBytes = 47e6;

    /// <summary>Bytes of kernels, Jacobians and N×N matrices that are private memory at the worst moment, as a share of what is counted.</summary>
    public const double KernelBytes = 1.9, JacobianBytes = 0.43, MatrixBytes = 0.64;
}
