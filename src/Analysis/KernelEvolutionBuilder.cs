using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>C12: how far K_SS(t_k) is from K_SS(s).</summary>
internal static class KernelEvolutionBuilder
{
    private const int LeadingModes = 5;

    // Below this order a dense decomposition is faster than a dozen Lanczos blocks.
    private const int DenseOrder = 256;

    public static KernelEvolution Build(TrajectoryBuilder builder, OutputRecord outputs, Backend backend, CancellationToken cancellation)
    {
        var start = builder.At(0).Train.ToMatrix();
        int N = start.RowCount, leading = Math.Min(LeadingModes, N);
        var options = new LanczosOptions { BlockSize = Math.Min(4, N), Tolerance = 1e-8 };
        var startPairs = Leading(start, leading, options, backend, cancellation);
        double spectral = Math.Max(startPairs.Values[0], 0), frobenius = MatrixNorms.Frobenius(start);
        var startCentred = Centre(start);
        var points = new List<KernelEvolutionPoint>();
        for (int k = 0; k < outputs.Times.Count; k++)
        {
            var kernel = builder.At(k).Train.ToMatrix();
            var pairs = k == 0 ? startPairs : Leading(kernel, leading, options, backend, cancellation);
            var difference = new DenseMatrix(N, N);
            VectorKernels.Combine(1, kernel.Values, -1, start.Values, difference.Values);
            double moved = k == 0 ? 0 : SymmetricNorm(difference, options, backend, cancellation);
            var centred = Centre(kernel);
            double alignment = VectorKernels.Dot(centred.Values, startCentred.Values) / (MatrixNorms.Frobenius(centred) * MatrixNorms.Frobenius(startCentred));
            points.Add(new KernelEvolutionPoint(outputs.Times[k], spectral > 0 ? moved / spectral : 0, frobenius > 0 ? MatrixNorms.Frobenius(difference) / frobenius : 0,
                double.IsFinite(alignment) ? Math.Clamp(alignment, -1, 1) : 0, LargestAngle(startPairs.Vectors, pairs.Vectors, leading, backend), pairs.Values[0]));
        }
        return new KernelEvolution { PeakDrift = points.Max(p => p.SpectralDrift), EndDrift = points[^1].SpectralDrift, Points = points };
    }

    private static EigenPairs Leading(DenseMatrix k, int count, LanczosOptions options, Backend backend, CancellationToken cancellation) =>
        k.RowCount <= DenseOrder ? DenseEigen.Decompose(k, backend) : BlockLanczos.Largest(new DenseOperator(k, true, backend), count, options, backend, cancellation);

    // ‖A‖₂ = max(λ_max(A), λ_max(−A)); Lanczos finds the upper end of each.
    private static double SymmetricNorm(DenseMatrix a, LanczosOptions options, Backend backend, CancellationToken cancellation)
    {
        if (a.RowCount <= DenseOrder) return MatrixNorms.SymmetricSpectral(backend, a);
        double up = Leading(a, 1, options, backend, cancellation).Values[0];
        var negative = new DenseMatrix(a.RowCount, a.ColumnCount);
        VectorKernels.Scale(-1, a.Values, negative.Values);
        double down = Leading(negative, 1, options, backend, cancellation).Values[0];
        return Math.Max(0, Math.Max(up, down));
    }

    // HKH with H = I − 11ᵀ/N.
    private static DenseMatrix Centre(DenseMatrix k)
    {
        int N = k.RowCount;
        double[] mean = Enumerable.Range(0, N).Select(j => VectorKernels.Sum(((MatrixView)k).Column(j)) / N).ToArray();
        double total = mean.Average();
        var centred = new DenseMatrix(N, N);
        for (int j = 0; j < N; j++)
            for (int i = 0; i < N; i++) centred.At(i, j, k.At(i, j) - mean[i] - mean[j] + total);
        return centred;
    }

    // sin of the largest principal angle is ‖(I − VVᵀ)U‖₂: accurate where the cosine is not.
    private static double LargestAngle(DenseMatrix first, DenseMatrix second, int r, Backend backend)
    {
        MatrixView v = ((MatrixView)first).ColumnRange(0, r), u = ((MatrixView)second).ColumnRange(0, r);
        var overlap = new DenseMatrix(r, r);
        backend.Gemm(Op.Transpose, Op.None, 1, v, u, 0, overlap);
        var rest = u.ToMatrix();
        backend.Gemm(Op.None, Op.None, -1, v, overlap, 1, rest);
        var gram = new DenseMatrix(r, r);
        backend.Syrk(Op.Transpose, 1, rest, 0, gram);
        var values = new double[r];
        backend.SymmetricEigen(gram, values, vectors: false);
        return Math.Asin(Math.Min(1, Math.Sqrt(Math.Max(values[^1], 0))));
    }
}
