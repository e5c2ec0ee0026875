using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>Options of descent mode.</summary>
public sealed record DescentOptions
{
    /// <summary>Rule for the average Jacobian along a step.</summary>
    public ChordQuadrature Quadrature { get; init; } = ChordQuadrature.Auto;

    /// <summary>Rule for the average Hessian along the output segment.</summary>
    public SegmentQuadrature Segment { get; init; } = SegmentQuadrature.Gauss;

    /// <summary>Numbers of steps after which W_d so far is kept; N² numbers each.</summary>
    public IReadOnlyList<int> KeepGramianAt { get; init; } = [];

    /// <summary>V, N×c: vectors whose responses G_d·V are kept beside W_d so far; null for none.</summary>
    public DenseMatrix? RespondTo { get; init; }

    /// <summary>Numbers of steps that do not fit what was recorded: the estimate of the quadrature takes their errors from steps that do.</summary>
    public IReadOnlySet<int> FailingIntervals { get; init; } = new HashSet<int>();

    /// <summary>Seed of the Lanczos starts that find z = η·λ_max(BK); every seed gives the same operators, and z to its tolerance.</summary>
    public long Seed { get; init; }

    /// <summary>Most bytes for the buffer Z of momentum and Adam, D×(N+13) float64 (N+21 with midpoints); a run that needs more is refused. Gradient
    /// descent has no buffer.</summary>
    public long MaximumBufferBytes { get; init; } = 2L << 30;
}
