using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>How the steps of a sweep are chosen, and what it may keep.</summary>
public sealed record SweepOptions
{
    /// <summary>Default limit on what one application keeps: 1 GiB.</summary>
    public const long DefaultMaxBytes = 1L << 30;

    /// <summary>Relative error wanted of P, 2βW_S and βG, between 1e-8 and 0.1.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>The scheme; null for the one that takes the fewest products.</summary>
    public SweepScheme? Scheme { get; init; }

    /// <summary>Limit on the states that one application of W_S keeps. Vectors that do not fit together are taken in turns; where not even one fits, its
    /// states are computed again from a few that are kept.</summary>
    public long MaxBytes { get; init; } = DefaultMaxBytes;

    /// <summary>Seed of the random vectors on which bounds and errors are measured.</summary>
    public long Seed { get; init; }

    /// <summary>Flow time until which the steps of P alone are exponentials of the kernel in their middle, which <see cref="FlowSweep.Undo"/> inverts; null for
    /// none.</summary>
    public double? ExponentialUntil { get; init; }

    /// <summary>Vectors, N rows, on which errors are measured besides random ones, such as g(s).</summary>
    public MatrixView? Probes { get; init; }
}
