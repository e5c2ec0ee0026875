using KernelFlow.Integrators;

namespace KernelFlow;

/// <summary>The prediction under test and the variants that its budget is made of.</summary>
/// <param name="Main">The prediction under test.</param>
public sealed record PredictionSet(Prediction Main)
{
    /// <summary>How far the interpolation between checkpoints may be off; or why that is not known.</summary>
    public required Known<InterpolationEstimate> Interpolation { get; init; }

    /// <summary>Gradient descent with the recorded steps on the same interpolant; or why that is not known.</summary>
    public required Known<Prediction> Descent { get; init; }

    /// <summary>How far a sketch of the Jacobians may be off, or why that is not known; null where they are not sketched.</summary>
    public Known<SketchEstimate>? Sketch { get; init; }

    /// <summary>In descent mode with every step recorded: the quadrature of the mean Jacobian takes the place of interpolation. Null where it is not
    /// known.</summary>
    public QuadratureBudget? Quadrature { get; init; }

    /// <summary>The same where some intervals contribute to the estimate of interpolation what their neighbours predict for their length.</summary>
    internal PredictionSet Without(IReadOnlySet<int> intervals) =>
        Interpolation.TryGet(out var estimate) ? this with { Interpolation = Known.Of(estimate.Without(intervals)) } : this;

    /// <summary>The budget of a claim whose number depends on a prediction through <paramref name="distance"/>.</summary>
    /// <param name="integration">Integration part.</param>
    /// <param name="rounding">The part of the budget that is rounding.</param>
    /// <param name="quadrature">The claim's part of <see cref="Quadrature"/>.</param>
    /// <param name="distance">From the main prediction to another one, relative to the claim's denominator as the other parts are.</param>
    /// <param name="truncation">What a reduction of the range may change; null where the whole flow was integrated.</param>
    public ErrorBudget Budget(double integration, double rounding, Func<QuadratureBudget, double?> quadrature, Func<Prediction, double> distance,
        double? truncation = null)
    {
        ArgumentNullException.ThrowIfNull(quadrature);
        ArgumentNullException.ThrowIfNull(distance);
        double? interpolation = Interpolation.TryGet(out var estimate)
            ? estimate.Error(Main, distance)
            : Quadrature is null ? null : quadrature(Quadrature);
        return new ErrorBudget(integration, Known.Of(interpolation, Interpolation.Reason), Descent.Map(distance), rounding)
        {
            Sketch = Sketch?.Map(s => s.Error(Main, distance)),
            Truncation = truncation is { } cut ? Known.Of(cut) : null,
        };
    }
}
