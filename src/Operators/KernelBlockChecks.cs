using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>K_SS of a kernel-block run must be symmetric and PSD to the rounding of its stored type; the joint kernel is not required to be (that is what the
/// analysis tests).</summary>
public static class KernelBlockChecks
{
    /// <summary>Refuses a matrix that differs from its transpose by more than N·ε·max|K| of its stored type.</summary>
    /// <param name="tensor">Where it was read from: gives ε and the names in the message.</param>
    /// <param name="k">The values of the block.</param>
    /// <param name="products">ε of the arithmetic that formed it, where that is recorded as coarser.</param>
    /// <exception cref="InvalidRunException">It is not symmetric.</exception>
    public static void Symmetric(TensorSource tensor, in MatrixView k, double products = 0)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        double largest = 0;
        for (int j = 0; j < k.Columns; j++) largest = Math.Max(largest, VectorRoutines.LargestMagnitude(k.Column(j)));
        double tolerance = k.Rows * Epsilon(tensor, k, products) * largest;
        for (int j = 0; j < k.Columns; j++)
            for (int i = j + 1; i < k.Rows; i++)
            {
                double a = k[i, j], b = k[j, i];
                if (Math.Abs(a - b) > tolerance)
                    throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: not symmetric: " + FormattableString.Invariant(
                        $"found {a:G9} at [{i}, {j}] and {b:G9} at [{j}, {i}], expected equal to {tolerance:G2}."));
            }
    }

    /// <summary>Refuses a matrix with an eigenvalue below −N·ε·‖K‖_F.</summary>
    /// <param name="tensor">Where it was read from: gives ε and the names in the message.</param>
    /// <param name="k">Its values, symmetric; not changed.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="products">ε of the arithmetic that formed it, where that is recorded as coarser.</param>
    /// <exception cref="InvalidRunException">It is not positive semidefinite.</exception>
    public static void PositiveSemidefinite(TensorSource tensor, in MatrixView k, Backend backend, double products = 0) =>
        PositiveSemidefinite(tensor, k, backend, products, new DenseMatrix(k.Rows, k.Rows));

    // Cholesky of K + N·ε·‖K‖_F·I costs N³/3; the eigenvalue for the message is computed only when it fails.
    internal static void PositiveSemidefinite(TensorSource tensor, in MatrixView k, Backend backend, double products, in MatrixView work)
    {
        ArgumentNullException.ThrowIfNull(backend);
        double norm = 0;
        for (int j = 0; j < k.Columns; j++)
            foreach (double v in k.Column(j)) norm += v * v;
        double shift = k.Rows * Epsilon(tensor, k, products) * Math.Sqrt(norm);
        k.CopyTo(work);
        for (int i = 0; i < k.Rows; i++) work[i, i] += shift;
        if (norm == 0 || backend.Cholesky(work) == 0) return;
        k.CopyTo(work);
        var values = new double[k.Rows];
        backend.SymmetricEigen(work, values, vectors: false);
        if (values[0] < -shift)
            throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: not positive semidefinite: " + FormattableString.Invariant(
                $"found smallest eigenvalue {values[0]:G6} (largest {values[^1]:G6}), expected at least -{shift:G2}."));
    }

    /// <summary>ε of the numbers of a block: that of its stored type, of the arithmetic that formed it, and of float32 where every number is one of float32 and
    /// so was cast.</summary>
    public static double Epsilon(TensorSource tensor, in MatrixView k, double products)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        double epsilon = Math.Max(tensor.Type.Epsilon(), products);
        if (epsilon >= StorageType.Float32.Epsilon()) return epsilon;
        for (int j = 0; j < k.Columns; j++)
            foreach (double v in k.Column(j))
                if ((float)v != v) return epsilon;
        return StorageType.Float32.Epsilon();
    }
}
