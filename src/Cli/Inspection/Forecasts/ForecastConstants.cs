namespace KernelFlow.Cli;

/// <summary>One constant for each stage: how much more it does than the model counts, fitted by benchmarks/ForecastStudy to measured analyses.</summary>
internal static class ForecastConstants
{
    /// <summary>Seconds from the start of the process to the first number, and its code being compiled: times <see cref="Start"/>.</summary>
    public const double StartSeconds = 0.5;

    public const double Start = 1, Reading = 1, Comparison = 1.5, Replay = 1, Vectors = 0.5, Integration = 0.55, Checks = 0.35, Measures = 1, Recursion = 2.5,
        Report = 1;

    /// <summary>Megabytes of the process without a run.</summary>
    public const double ProcessBytes = 60e6;

    /// <summary>Bytes of kernels, Jacobians and N×N matrices that are private memory at the worst moment, as a share of what is counted.</summary>
    public const double KernelBytes = 1, JacobianBytes = 1, MatrixBytes = 1;
}
