using KernelFlow.Numerics;

namespace KernelFlow.Analysis;

/// <summary>Plain vector arithmetic on arrays.</summary>
internal static class VectorMath
{
    public static double Norm(ReadOnlySpan<double> a) => VectorRoutines.Norm(a);

    public static double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => a.Length == 0 ? 0 : VectorRoutines.Distance(a, b);

    public static double[] Subtract(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var result = new double[a.Length];
        VectorRoutines.Combine(1, a, -1, b, result);
        return result;
    }

    public static double[] Add(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = a.ToArray();
        VectorRoutines.Axpy(1, b, sum);
        return sum;
    }

    /// <summary>factor·a.</summary>
    public static double[] Scale(double factor, ReadOnlySpan<double> a)
    {
        var result = new double[a.Length];
        VectorRoutines.Scale(factor, a, result);
        return result;
    }

    /// <summary>−a.</summary>
    public static double[] Negate(ReadOnlySpan<double> a)
    {
        var result = new double[a.Length];
        VectorRoutines.Scale(-1, a, result);
        return result;
    }

    /// <summary>factor·A·x, a vector.</summary>
    public static double[] Multiply(double factor, in MatrixView a, ReadOnlySpan<double> x)
    {
        var result = new double[a.Rows];
        var scaled = new double[x.Length];
        VectorRoutines.Scale(factor, x, scaled);
        VectorRoutines.AddProduct(a, scaled, result);
        return result;
    }

    /// <summary>xᵀAx, the value of a quadratic form.</summary>
    public static double Quadratic(in MatrixView a, ReadOnlySpan<double> x) => VectorRoutines.Dot(x, Multiply(1, a, x));
}
