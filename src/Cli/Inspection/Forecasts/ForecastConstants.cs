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
    public const double ProcessBytes = 32e6;

    /// <summary>Bytes of kernels, Jacobians and N×N matrices that are private memory at the worst moment, as a share of what is counted.</summary>
    public const double KernelBytes = 1.14, JacobianBytes = 0.13, MatrixBytes = 0.51;

    /// <summary>What was given up and is not collected yet: it grows with what is read, up to a limit.</summary>
    public const double KernelGarbage = 3.8, JacobianGarbage = 0.86, MostGarbage = 40e6;
}
