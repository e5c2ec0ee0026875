using System.Numerics;
using System.Runtime.InteropServices;

namespace KernelFlow.Networks.Layers;

/// <summary>The elementwise nonlinearities with their derivatives, vectorised; a tail goes through the same
/// formulas, so equal inputs give equal bits.</summary>
/// <remarks>
/// Polynomials are Chebyshev fits (truncation below 1e-16) made for this file: tanh(x)/x and erf(a)/a as functions of the square near 0, and
/// (1 + 2a)·e^{a²}·erfc(a) as a function of (a − 3)/(a + 3) beyond. Errors: 5e-16 relative for tanh, 5e-16 absolute for Φ.
/// </remarks>
internal static class Activation
{
    private const double TanhSwitch = 0.6;

    // tanh(x) = x + x·s·P(s), s = x² ≤ 0.36.
    private static readonly double[] s_tanh =
    [
        -0.3333333333333333, 0.1333333333333321, -0.053968253968089165, 0.02186948852753463, -0.008863235296490354, 0.003592124297654386,
        -0.0014557962695379485, 0.0005897700871707565, -0.000237958625392023, 9.333798033797458e-05, -3.2102560992663834e-05, 6.942087997849172e-06,
    ];

    // erf(a) = a·P(a²), a ≤ 1.
    private static readonly double[] s_erf =
    [
        1.1283791670955126, -0.37612638903183754, 0.1128379167095512, -0.026866170645129854, 0.005223977625423455,
            -0.0008548327021945428, 0.00012055332903350668,
        -1.4925647581008593e-05, 1.6462045711013026e-06, -1.6364645854816389e-07, 1.479243542696247e-08, -1.2164764337224506e-09,
            8.709755232851789e-11, -4.2320376764874594e-12,
    ];

    // erfc(a) = e^{−a²}·P((a − 3)/(a + 3))/(1 + 2a), a ≥ 1.
    private static readonly double[] s_erfc =
    [
        1.2530080582697296, -0.135621106124581, -0.04756229435345388, 0.12964515870273166, -0.1192736634150495, 0.0683080273453013, -0.02377051492741589,
        0.002529391791075954, 0.0018886905148544422, -0.0007798320606281416, -0.00010516139447883258, 0.0001250988601466313, 4.9590935000285385e-06,
        -2.0105127505145844e-05, -7.637696198485758e-07, 3.509844315645219e-06, 4.04470158925936e-07, -7.218536332380496e-07, -1.2935638998922034e-07,
        2.043433487239832e-07, -4.375689494831637e-08,
    ];

    /// <summary>value ← φ(a), slope ← φ'(a).</summary>
    public static void Apply(ActivationKind kind, ReadOnlySpan<double> a, Span<double> value, Span<double> slope)
    {
        switch (kind)
        {
            case ActivationKind.Tanh: Run<TanhFunction>(a, value, slope); break;
            case ActivationKind.Gelu: Run<GeluFunction>(a, value, slope); break;
            case ActivationKind.Relu: Run<ReluFunction>(a, value, slope); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not an activation.");
        }
    }

    private interface IFunction
    {
        static abstract void At(Vector<double> a, out Vector<double> value, out Vector<double> slope);
    }

    private static void Run<T>(ReadOnlySpan<double> a, Span<double> value, Span<double> slope) where T : struct, IFunction
    {
        var inputs = MemoryMarshal.Cast<double, Vector<double>>(a);
        var values = MemoryMarshal.Cast<double, Vector<double>>(value);
        var slopes = MemoryMarshal.Cast<double, Vector<double>>(slope);
        for (int i = 0; i < inputs.Length; i++) T.At(inputs[i], out values[i], out slopes[i]);
        int rest = inputs.Length * Vector<double>.Count;
        if (rest == a.Length) return;
        Span<double> padded = stackalloc double[Vector<double>.Count];
        padded.Clear();
        a[rest..].CopyTo(padded);
        T.At(new Vector<double>(padded), out var lastValue, out var lastSlope);
        for (int i = rest; i < a.Length; i++) (value[i], slope[i]) = (lastValue[i - rest], lastSlope[i - rest]);
    }

    private struct TanhFunction : IFunction
    {
        public static void At(Vector<double> a, out Vector<double> value, out Vector<double> slope)
        {
            var size = Vector.Abs(a);
            var square = a * a;
            var near = a + a * square * Polynomial(s_tanh, square);
            // e^{2|a|} may overflow to infinity: then the quotient is 0 and the value ±1, as it should be.
            var far = Vector.CopySign(Vector<double>.One - new Vector<double>(2) / (Vector.Exp(size + size) + Vector<double>.One), a);
            value = Vector.ConditionalSelect(Vector.LessThan(size, new Vector<double>(TanhSwitch)), near, far);
            slope = Vector<double>.One - value * value;
        }
    }

    /// <summary>a·Φ(a) with the normal distribution function Φ, the exact (erf) form.</summary>
    private struct GeluFunction : IFunction
    {
        public static void At(Vector<double> a, out Vector<double> value, out Vector<double> slope)
        {
            var half = new Vector<double>(0.5);
            var bell = Vector.Exp(-half * a * a);
            var scaled = a * Math.Sqrt(0.5);
            var size = Vector.Abs(scaled);
            var near = half + half * scaled * Polynomial(s_erf, scaled * scaled);
            var three = new Vector<double>(3);
            var tail = half * bell * Polynomial(s_erfc, (size - three) / (size + three)) / (Vector<double>.One + size + size);
            var far = Vector.ConditionalSelect(Vector.LessThan(a, Vector<double>.Zero), tail, Vector<double>.One - tail);
            var cumulative = Vector.ConditionalSelect(Vector.LessThan(size, Vector<double>.One), near, far);
            value = a * cumulative;
            slope = cumulative + a * bell * (1 / Math.Sqrt(2 * Math.PI));
        }
    }

    /// <summary>max(a, 0), with slope 0 at 0.</summary>
    private struct ReluFunction : IFunction
    {
        public static void At(Vector<double> a, out Vector<double> value, out Vector<double> slope)
        {
            var positive = Vector.GreaterThan(a, Vector<double>.Zero);
            value = Vector.ConditionalSelect(Vector.LessThan(a, Vector<double>.Zero), Vector<double>.Zero, a); // NaN passes through
            slope = Vector.ConditionalSelect(positive, Vector<double>.One, Vector<double>.Zero);
        }
    }

    private static Vector<double> Polynomial(double[] coefficients, Vector<double> x)
    {
        var sum = new Vector<double>(coefficients[^1]);
        for (int k = coefficients.Length - 2; k >= 0; k--) sum = sum * x + new Vector<double>(coefficients[k]);
        return sum;
    }
}
