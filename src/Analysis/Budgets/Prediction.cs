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

    /// <summary>This prediction with a difference added to it; checkpoints of which the difference says nothing stay as they are.</summary>
    internal Prediction Plus(Prediction difference) => Combine(1, difference);

    /// <summary>The difference to another prediction of the same checkpoints.</summary>
    internal Prediction Minus(Prediction other) => Combine(-1, other);

    /// <summary>A multiple of a difference.</summary>
    internal Prediction Times(double factor) => new(Gradients.ToDictionary(p => p.Key, p => VectorMath.Scale(factor, p.Value)), VectorMath.Scale(factor, Train),
        VectorMath.Scale(factor, Test), factor * LossChange);

    private Prediction Combine(double sign, Prediction other) => new(
        Gradients.ToDictionary(p => p.Key, p => other.Gradients.TryGetValue(p.Key, out var d) ? Add(p.Value, sign, d) : p.Value),
        Add(Train, sign, other.Train), Add(Test, sign, other.Test), LossChange + sign * other.LossChange);

    private static double[] Add(double[] a, double sign, double[] b)
    {
        if (a.Length == 0) return [];
        var result = new double[a.Length];
        Numerics.VectorRoutines.Combine(1, a, sign, b, result);
        return result;
    }

    private static Dictionary<int, double[]> Index(IReadOnlyList<int> grid, IReadOnlyList<double[]> vectors) =>
        grid.Select((k, i) => (k, vectors[i])).ToDictionary(p => p.k, p => p.Item2);
}
