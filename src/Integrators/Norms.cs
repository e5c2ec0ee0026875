using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Norms of views without temporaries, and fresh buffers.</summary>
internal static class Norms
{
    private const int PowerIterations = 30;

    public static MatrixView Zero(int rows, int columns) => new(new double[rows * columns], rows, columns);

    public static double Frobenius(in MatrixView a)
    {
        double sum = 0;
        for (int j = 0; j < a.Columns; j++) sum += VectorKernels.Dot(a.Column(j), a.Column(j));
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
            for (int j = 0; j < a.Columns; j++) VectorKernels.Axpy(v[j], a.Column(j), u);
            value = VectorKernels.Norm(u);
            if (value == 0) return Frobenius(a); // the start vector lies in the kernel: fall back to the larger norm
            for (int j = 0; j < a.Columns; j++) v[j] = VectorKernels.Dot(a.Column(j), u);
            double length = VectorKernels.Norm(v);
            if (length == 0) return value;
            for (int j = 0; j < v.Length; j++) v[j] /= length;
        }
        return value;
    }

    /// <summary>‖A − B‖_F over the columns both have.</summary>
    public static double Difference(in MatrixView a, in MatrixView b)
    {
        double sum = 0;
        for (int j = 0; j < Math.Min(a.Columns, b.Columns); j++) sum += VectorKernels.SquaredSum(1, a.Column(j), -1, b.Column(j));
        return Math.Sqrt(sum);
    }

    /// <summary>‖A + B‖_F.</summary>
    public static double Sum(in MatrixView a, in MatrixView b)
    {
        double sum = 0;
        for (int j = 0; j < a.Columns; j++) sum += VectorKernels.SquaredSum(1, a.Column(j), 1, b.Column(j));
        return Math.Sqrt(sum);
    }
}
