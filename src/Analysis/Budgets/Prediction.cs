using KernelFlow.Analysis;
using KernelFlow.Integrators;

namespace KernelFlow;

/// <summary>What a model of the run says of the vector g(s): its transport to the checkpoints, and the displacements and loss change it causes.</summary>
/// <param name="Gradients">P(t_k,s) g(s) by checkpoint index.</param>
/// <param name="Train">−G_S g(s), the predicted U_S(T) − U_S(s).</param>
/// <param name="Test">−G_Q g(s), the predicted U_Q(T) − U_Q(s).</param>
/// <param name="LossChange">Predicted Φ(T) − Φ(s).</param>
public sealed record Prediction(IReadOnlyDictionary<int, double[]> Gradients, double[] Train, double[] Test, double LossChange)
{
    /// <summary>From the operators of the window and what weight decay adds to their displacements.</summary>
    internal static Prediction From(Propagation p, double[] g, (double[] Train, double[] Test)? forced)
    {
        var linear = From(p, g);
        return forced is not { } f ? linear : linear with { Train = VectorMath.Add(linear.Train, f.Train), Test = VectorMath.Add(linear.Test, f.Test) };
    }

    /// <summary>From the operators of the window.</summary>
    internal static Prediction From(Propagation p, double[] g) => new(Index(Enumerable.Range(0, p.Transported.Count).ToArray(), p.Transported),
        VectorMath.Multiply(-1, p.G_S, g), VectorMath.Multiply(-1, p.G_Q, g), -VectorMath.Quadratic(p.W_S, g));

    /// <summary>From the transport of g(s) alone on a grid of checkpoints.</summary>
    internal static Prediction From(VectorTransport v, IReadOnlyList<int> grid) =>
        new(Index(grid, v.AtKnots), VectorMath.Negate(v.Train), VectorMath.Negate(v.Test), -v.Dissipated);

    /// <summary>From the recorded steps of g(s) on a grid of checkpoints.</summary>
    internal static Prediction From(DescentTransport v, IReadOnlyList<int> grid) =>
        new(Index(grid, v.AtKnots), VectorMath.Negate(v.Train), VectorMath.Negate(v.Test), v.LossChange);

    private static Dictionary<int, double[]> Index(IReadOnlyList<int> grid, IReadOnlyList<double[]> vectors) =>
        grid.Select((k, i) => (k, vectors[i])).ToDictionary(p => p.k, p => p.Item2);
}

/// <summary>Another model of the same run, whose distance from the prediction estimates a part of its error.</summary>
/// <param name="Model">What it predicts.</param>
/// <param name="Divisor">The distance is this many times the error.</param>
public sealed record PredictionVariant(Prediction Model, double Divisor);
