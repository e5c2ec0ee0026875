using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>C12: how far K_SS(t_k) is from K_SS(s).</summary>
internal static class KernelEvolutionBuilder
{
    private const int LeadingModes = 5;
    private const int LanczosSteps = 80; // extremes of a kernel converge in a few dozen

    public static KernelEvolution Build(AnalysisInput input, CancellationToken cancellation)
    {
        var (builder, outputs, backend) = (input.Kernels, input.Outputs, input.Backend);
        int seed = Seeds.From(0, input.Options.Seed);
        var start = Train(builder, 0);
        int N = start.RowCount, leading = Math.Min(LeadingModes, N);
        var startPairs = ShortLanczos.Run(start, LanczosSteps, backend, seed);
        var startModes = startPairs.Leading(leading, backend);
        double spectral = startPairs.SpectralNorm, frobenius = MatrixNorms.Frobenius(start);
        var startCentred = Centre(start);
        double startCentredNorm = MatrixNorms.Frobenius(startCentred);
        var points = new List<KernelEvolutionPoint>();
        for (int k = 0; k < outputs.Times.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            var kernel = Train(builder, k);
            var pairs = k == 0 ? startPairs : ShortLanczos.Run(kernel, LanczosSteps, backend, seed);
            var difference = new DenseMatrix(N, N);
            VectorRoutines.Combine(1, kernel.Values, -1, start.Values, difference.Values);
            double moved = MatrixNorms.Frobenius(difference);
            double movedSpectral = moved == 0 ? 0 : ShortLanczos.Run(difference, LanczosSteps, backend, seed).SpectralNorm;
            var centred = Centre(kernel);
            double alignment = VectorRoutines.Dot(centred.Values, startCentred.Values) / (MatrixNorms.Frobenius(centred) * startCentredNorm);
            points.Add(new KernelEvolutionPoint(outputs.Times[k], Relative(movedSpectral, spectral), Relative(moved, frobenius),
                double.IsFinite(alignment) ? Math.Clamp(alignment, -1, 1) : 0, k == 0 ? 0 : LargestAngle(startModes, pairs.Leading(leading, backend), backend),
                    pairs.Values[^1]));
        }
        return new KernelEvolution { PeakDrift = points.Max(p => p.SpectralDrift), EndDrift = points[^1].SpectralDrift, Points = points };
    }

    private static DenseMatrix Train(TrajectoryBuilder builder, int checkpoint)
    {
        using var held = builder.At(checkpoint).Hold();
        return held.Train.ToMatrix();
    }

    // A kernel that was zero and then is not has moved by more than any multiple of itself.
    private static double Relative(double moved, double start) => moved == 0 ? 0 : start > 0 ? moved / start : double.PositiveInfinity;

    // HKH with H = I − 11ᵀ/N.
    private static DenseMatrix Centre(DenseMatrix k)
    {
        int N = k.RowCount;
        MatrixView view = k;
        double[] mean = new double[N];
        for (int j = 0; j < N; j++) mean[j] = VectorRoutines.Sum(view.Column(j)) / N;
        double total = mean.Average();
        var centred = new DenseMatrix(N, N);
        MatrixView target = centred;
        for (int j = 0; j < N; j++)
        {
            Span<double> source = view.Column(j), column = target.Column(j);
            double shift = total - mean[j];
            for (int i = 0; i < N; i++) column[i] = source[i] - mean[i] + shift;
        }
        return centred;
    }

    // sin of the largest principal angle is ‖(I − VVᵀ)U‖₂: accurate where the cosine is not.
    private static double LargestAngle(DenseMatrix v, DenseMatrix u, Backend backend)
    {
        var overlap = new DenseMatrix(v.ColumnCount, u.ColumnCount);
        backend.Gemm(Op.Transpose, Op.None, 1, v, u, 0, overlap);
        var rest = ((MatrixView)u).ToMatrix();
        backend.Gemm(Op.None, Op.None, -1, v, overlap, 1, rest);
        return Math.Asin(Math.Min(1, MatrixNorms.Spectral(rest, backend)));
    }
}
