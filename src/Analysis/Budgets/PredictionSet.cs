using KernelFlow.Integrators;

namespace KernelFlow;

/// <summary>The prediction under test and the variants that its budget is made of.</summary>
/// <param name="Main">The prediction under test.</param>
public sealed record PredictionSet(Prediction Main)
{
    /// <summary>Other interpolations between checkpoints, at least one; or why there are none.</summary>
    public required Known<IReadOnlyList<PredictionVariant>> Interpolations { get; init; }

    /// <summary>Gradient descent with the recorded steps on the same interpolant; or why that is not known.</summary>
    public required Known<Prediction> Descent { get; init; }

    /// <summary>In descent mode with every step recorded: the quadrature of the mean Jacobian takes the place of interpolation. Null where it is not
    /// known.</summary>
    public QuadratureBudget? Quadrature { get; init; }

    /// <summary>The budget of a claim whose number depends on a prediction through <paramref name="distance"/>.</summary>
    /// <param name="integration">Integration part.</param>
    /// <param name="rounding">The part of the budget that is rounding.</param>
    /// <param name="quadrature">The claim's part of <see cref="Quadrature"/>.</param>
    /// <param name="distance">From the main prediction to another one, relative to the claim's denominator as the other parts are.</param>
    public ErrorBudget Budget(double integration, double rounding, Func<QuadratureBudget, double?> quadrature, Func<Prediction, double> distance)
    {
        ArgumentNullException.ThrowIfNull(quadrature);
        ArgumentNullException.ThrowIfNull(distance);
        double? interpolation = Interpolations.TryGet(out var variants)
            ? variants.Max(v => distance(v.Model) / v.Divisor)
            : Quadrature is null ? null : quadrature(Quadrature);
        return new ErrorBudget(integration, Known.Of(interpolation, Interpolations.Reason), Descent.Map(distance), rounding);
    }
}
