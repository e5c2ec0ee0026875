using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>What a model of the run says of the vector g(s): its transport to the checkpoints, and the displacements and loss change it causes.</summary>
/// <param name="Gradients">P(t_k,s) g(s) by checkpoint index.</param>
/// <param name="Train">−G_S g(s), the predicted U_S(T) − U_S(s).</param>
/// <param name="Test">−G_Q g(s), the predicted U_Q(T) − U_Q(s).</param>
/// <param name="LossChange">Predicted Φ(T) − Φ(s).</param>
internal sealed record Prediction(IReadOnlyDictionary<int, double[]> Gradients, double[] Train, double[] Test, double LossChange)
{
    /// <summary>From the operators of the window.</summary>
    public static Prediction From(Propagation p, double[] g) => new(Index(Enumerable.Range(0, p.Transported.Count).ToArray(), p.Transported),
        VectorMath.Multiply(-1, p.G_S, g), VectorMath.Multiply(-1, p.G_Q, g), -VectorMath.Quadratic(p.W_S, g));

    /// <summary>From the transport of g(s) alone on a grid of checkpoints.</summary>
    public static Prediction From(VectorTransport v, IReadOnlyList<int> grid) =>
        new(Index(grid, v.AtKnots), VectorMath.Negate(v.Train), VectorMath.Negate(v.Test), -v.Dissipated);

    private static Dictionary<int, double[]> Index(IReadOnlyList<int> grid, IReadOnlyList<double[]> vectors) =>
        grid.Select((k, i) => (k, vectors[i])).ToDictionary(p => p.k, p => p.Item2);
}

/// <summary>Another model of the same run, whose distance from the prediction estimates a part of its error.</summary>
/// <param name="Model">What it predicts.</param>
/// <param name="Divisor">The distance is this many times the error.</param>
internal sealed record Variant(Prediction Model, double Divisor);

/// <summary>The prediction under test and the variants that its budget is made of.</summary>
internal sealed record PredictionSet(Prediction Main)
{
    /// <summary>Other interpolations between checkpoints; empty when there are none.</summary>
    public IReadOnlyList<Variant> Interpolations { get; init; } = [];

    /// <summary>Why <see cref="Interpolations"/> is empty.</summary>
    public string? InterpolationReason { get; init; }

    /// <summary>Gradient descent with the recorded steps on the same interpolant; null when unknown.</summary>
    public Prediction? Descent { get; init; }

    /// <summary>Why <see cref="Descent"/> is null.</summary>
    public string? DescentReason { get; init; }

    /// <summary>In descent mode with every step recorded: the quadrature of J̄ takes the place of interpolation.</summary>
    public QuadratureBudget? Quadrature { get; init; }

    /// <summary>The budget of a claim whose number depends on a prediction through <paramref name="distance"/> (already relative to the claim's denominator).</summary>
    /// <param name="integration">Integration part.</param>
    /// <param name="rounding">Rounding part.</param>
    /// <param name="quadrature">The claim's part of <see cref="Quadrature"/>.</param>
    /// <param name="distance">From the main prediction to another one.</param>
    public ErrorBudget Budget(double integration, double rounding, Func<QuadratureBudget, double?> quadrature, Func<Prediction, double> distance)
    {
        double? interpolation = Interpolations.Count > 0 ? Interpolations.Max(v => distance(v.Model) / v.Divisor) : Quadrature is null ? null : quadrature(Quadrature);
        return new ErrorBudget(integration, Known.Of(interpolation, InterpolationReason), Known.Of(Descent is null ? null : distance(Descent), DescentReason), rounding);
    }
}
