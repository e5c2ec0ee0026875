using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral;

/// <summary>Measured residuals and orthogonality of computed eigenpairs.</summary>
internal static class Certification
{
    public static EigenPairs Certify(LinearOperator a, IReadOnlyList<double> values, DenseMatrix vectors, Backend backend, int applications, double tolerance, bool complete = true)
    {
        int n = a.Rows, k = vectors.ColumnCount;
        var image = new DenseMatrix(n, k);
        a.Apply(vectors, image);
        var residuals = new double[k];
        for (int j = 0; j < k; j++)
        {
            var column = ((MatrixView)image).Column(j);
            VectorKernels.Axpy(-values[j], ((MatrixView)vectors).Column(j), column);
            residuals[j] = VectorKernels.Norm(column);
        }
        var gram = new DenseMatrix(k, k);
        backend.Syrk(Op.Transpose, 1, vectors, 0, gram);
        double loss = 0;
        for (int j = 0; j < k; j++)
            for (int i = 0; i < k; i++) loss = Math.Max(loss, Math.Abs(gram.At(i, j) - (i == j ? 1 : 0)));
        return new EigenPairs(values, vectors, residuals, loss, applications + k, complete && residuals.All(r => r <= tolerance));
    }
}
