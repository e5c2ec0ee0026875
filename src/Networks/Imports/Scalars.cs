using KernelFlow.Networks.Layers;

namespace KernelFlow.Networks.Imports;

/// <summary>Activations as functions of one number, with their slopes; PyTorch's definitions.</summary>
internal static class Scalars
{
    /// <summary>An activation of the built-in networks.</summary>
    public static Func<double, (double, double)> Of(ActivationKind kind) => a =>
    {
        double value = 0, slope = 0;
        Activation.Apply(kind, [a], new Span<double>(ref value), new Span<double>(ref slope));
        return (value, slope);
    };

    public static (double, double) Sigmoid(double a)
    {
        double e = Math.Exp(-Math.Abs(a)), s = a >= 0 ? 1 / (1 + e) : e / (1 + e);
        return (s, e / ((1 + e) * (1 + e)));
    }

    public static (double, double) Silu(double a)
    {
        var (s, d) = Sigmoid(a);
        return (a * s, s + a * d);
    }

    /// <summary>log(1 + eᵃ); above 20, where PyTorch goes over to a, a.</summary>
    public static (double, double) Softplus(double a) => a > 20 ? (a, 1) : (Math.Max(a, 0) + LogOnePlus(Math.Exp(-Math.Abs(a))), Sigmoid(a).Item1);

    public static (double, double) TanhGelu(double a)
    {
        double k = Math.Sqrt(2 / Math.PI), t = Math.Tanh(k * (a + 0.044715 * a * a * a));
        return (0.5 * a * (1 + t), 0.5 * (1 + t) + 0.5 * a * (1 - t * t) * k * (1 + 3 * 0.044715 * a * a));
    }

    public static Func<double, (double, double)> LeakyRelu(double slope) => a => a > 0 ? (a, 1) : (slope * a, slope);

    public static Func<double, (double, double)> Elu(double alpha) => a => a > 0 ? (a, 1) : (alpha * (Math.Exp(a / 2) * 2 * Math.Sinh(a / 2)),
        alpha * Math.Exp(a));

    // log(1 + x) for x in [0, 1], accurate for small x.
    private static double LogOnePlus(double x) => 2 * Math.Atanh(x / (2 + x));
}
