using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral;

/// <summary>Measured residuals and orthogonality of computed eigenpairs.</summary>
internal static class Certification
{
    private const int ChunkColumns = 256; // bounds the memory of the images

    /// <summary>Residuals and orthogonality of pairs as they are.</summary>
    public static EigenPairs Certify(LinearOperator a, IReadOnlyList<double> values, DenseMatrix vectors, Backend backend, double tolerance)
    {
        var (_, residuals) = Measure(a, [.. values], vectors, rayleigh: false);
        return new EigenPairs(values, vectors, residuals, KrylovStorage.OrthogonalityLoss(vectors, backend), vectors.ColumnCount,
            residuals.All(r => r <= tolerance));
    }

    /// <summary>‖Aψ_j − λ_jψ_j‖; with <paramref name="rayleigh"/> λ_j ← ψ_jᵀAψ_j first, whose error is that of the residual squared over the gap:
    /// restarts let the values drift by an ε each.</summary>
    public static (double[] Values, double[] Residuals) Measure(LinearOperator a, double[] values, in MatrixView psi, bool rayleigh)
    {
        int n = a.Rows, k = psi.Columns, chunk = Math.Min(k, ChunkColumns);
        var images = new MatrixView(new double[ArraySize.Of(n, chunk)], n, chunk);
        var residuals = new double[k];
        for (int first = 0; first < k; first += chunk)
        {
            int width = Math.Min(chunk, k - first);
            a.Apply(psi.ColumnRange(first, width), images.ColumnRange(0, width));
            for (int j = 0; j < width; j++)
            {
                Span<double> vector = psi.Column(first + j), image = images.Column(j);
                if (rayleigh) values[first + j] = VectorRoutines.Dot(vector, image) / VectorRoutines.Dot(vector, vector);
                VectorRoutines.Axpy(-values[first + j], vector, image);
                residuals[first + j] = VectorRoutines.Norm(image);
            }
        }
        return (values, residuals);
    }
}
