using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>What the steps of a descent say of themselves, whether operators were formed beside them or not.</summary>
internal static class DescentFacts
{
    // Past this multiple of the edge of stability (z = 3 for gradient descent) quadrature errors of the steps grow faster than any estimate of them.
    private const double BeyondEdge = 1.5;

    /// <summary>Why no claim about recorded data can be decided; null when they can.</summary>
    public static string? PastTheEdge(this DescentSteps steps) => steps.LargestZ > BeyondEdge * steps.StabilityEdge
        ? FormattableString.Invariant($"past the edge of stability: z = {steps.LargestZ:G3} at step {steps.LargestZStep} (edge {steps.StabilityEdge:G3}), ")
            + FormattableString.Invariant($"errors made early can grow by {steps.Amplification:G3}")
        : null;

    /// <summary>What the results say.</summary>
    public static DescentSummary Summary(this DescentSteps steps, bool decidable) => new(steps.Optimizer, Quadrature(steps.Quadrature), steps.LargestZ,
        steps.LargestZStep, steps.StabilityEdge, steps.Amplification, steps.PeakPropagator)
    {
        Decidable = decidable,
    };

    // This is the rule by which the recursion took the mean Jacobian of a step.
    private static DescentQuadrature Quadrature(ChordQuadratureKind kind) => kind switch
    {
        ChordQuadratureKind.Trapezium => DescentQuadrature.Trapezium,
        ChordQuadratureKind.Midpoint => DescentQuadrature.Midpoint,
        ChordQuadratureKind.Interpolated => DescentQuadrature.Interpolated,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
