using KernelFlow.Analysis.Claims;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>The operators of a window, by gradient flow or by the recorded steps, with what the checks need to know of how they were made.</summary>
internal sealed record RunModel(Propagation Propagation, PredictionSet Predictions)
{
    /// <summary>"flow" or "descent".</summary>
    public required string Mode { get; init; }

    /// <summary>Integration method, or the quadrature of descent.</summary>
    public required string Method { get; init; }

    /// <summary>β when B = βI and 2βλ is a fraction (flow only); null otherwise.</summary>
    public required double? Beta { get; init; }

    /// <summary>Why 2βλ is not a fraction, when <see cref="Beta"/> is null.</summary>
    public required string? NoFractionReason { get; init; }

    /// <summary>c with ‖G v‖² ≤ c·vᵀWv.</summary>
    public required double ResponseBound { get; init; }

    /// <summary>Whether <see cref="ResponseBound"/> comes from K_QQ.</summary>
    public required bool HasTestKernel { get; init; }

    /// <summary>c with ‖P v − v‖² ≤ c·vᵀWv.</summary>
    public required double MotionBound { get; init; }

    /// <summary>Relative rounding of the kernels.</summary>
    public required double Epsilon { get; init; }

    /// <summary>P(t_{k+1},t_k) g(t_k) per interval; null where it was not formed.</summary>
    public required IReadOnlyList<double[]>? IntervalTransported { get; init; }

    /// <summary>Steps per interval.</summary>
    public required IReadOnlyList<int> StepsPerInterval { get; init; }

    /// <summary>W_S(s, t_k) with the checkpoint index k, in order.</summary>
    public IReadOnlyList<PartialGramian> PartialGramians { get; init; } = [];

    /// <summary>Carries vectors through the window once more, by other means; null where there are none.</summary>
    public CarryBlock? Carry { get; init; }

    /// <summary>Why <see cref="Carry"/> is null.</summary>
    public string? NoCarryReason { get; init; }

    /// <summary>The interpolant in flow mode.</summary>
    public KernelTrajectory? Trajectory { get; init; }

    /// <summary>R of F = QR, W_S = FᵀF, and s_F, to a multiple ε of which R is known; formed when asked for, null where there is no such factor.</summary>
    public Func<Action<double>, CancellationToken, (DenseMatrix R, double Scale)>? FactorTriangle { get; init; }

    /// <summary>The second integration of the inclusion's check 2; null where there is none.</summary>
    public SecondIntegration? Second { get; init; }

    /// <summary>Why <see cref="Second"/> is null.</summary>
    public string? NoSecondReason { get; init; }

    /// <summary>Facts of descent mode; null in flow mode.</summary>
    public DescentRecord? Descent { get; init; }
}
