using System.Numerics.Tensors;
using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Norms of views without temporaries.</summary>
internal static class Norms
{
    private const int PowerIterations = 30;

    public static double Frobenius(in MatrixView a)
    {
        double sum = 0;
        for (int j = 0; j < a.Columns; j++) sum += TensorPrimitives.SumOfSquares<double>(a.Column(j));
        return Math.Sqrt(sum);
    }

    /// <summary>‖A‖₂ by power iteration on AᵀA from the all-ones vector: from below, to a few per cent, which is what error bars need.</summary>
    public static double Spectral(in MatrixView a)
    {
        if (a.Rows == 0 || a.Columns == 0) return 0;
        double[] v = new double[a.Columns], u = new double[a.Rows];
        Array.Fill(v, 1 / Math.Sqrt(a.Columns));
        double value = 0;
        for (int iteration = 0; iteration < PowerIterations; iteration++)
        {
            Array.Clear(u);
            for (int j = 0; j < a.Columns; j++) TensorPrimitives.MultiplyAdd(a.Column(j), v[j], u, u);
            value = TensorPrimitives.Norm<double>(u);
            if (value == 0) return Frobenius(a); // the start vector lies in the kernel: fall back to the larger norm
            for (int j = 0; j < a.Columns; j++) v[j] = TensorPrimitives.Dot<double>(a.Column(j), u);
            double length = TensorPrimitives.Norm<double>(v);
            if (length == 0) return value;
            for (int j = 0; j < v.Length; j++) v[j] /= length;
        }
        return value;
    }

    /// <summary>‖A − B‖_F over the given rows and the columns both have.</summary>
    public static double Difference(in MatrixView a, in MatrixView b, int firstRow, int rows)
    {
        if (rows == 0) return 0;
        double sum = 0;
        for (int j = 0; j < Math.Min(a.Columns, b.Columns); j++)
        {
            double d = TensorPrimitives.Distance<double>(a.Column(j).Slice(firstRow, rows), b.Column(j).Slice(firstRow, rows));
            sum += d * d;
        }
        return Math.Sqrt(sum);
    }

    /// <summary>‖A + B‖_F over the given rows.</summary>
    public static double Sum(in MatrixView a, in MatrixView b, int firstRow, int rows)
    {
        double sum = 0;
        for (int j = 0; j < a.Columns; j++)
        {
            var x = a.Column(j).Slice(firstRow, rows);
            var y = b.Column(j).Slice(firstRow, rows);
            for (int i = 0; i < x.Length; i++)
            {
                double v = x[i] + y[i];
                sum += v * v;
            }
        }
        return Math.Sqrt(sum);
    }
}
