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

    // Residuals at which eigenvalues are right to rounding, and vectors better than angles are ever read.
    private const double OfNorms = 1e-9, OfVectors = 1e-12;

    public static KernelEvolution Build(AnalysisInput input, CancellationToken cancellation)
    {
        var (builder, outputs, backend) = (input.Kernels, input.Outputs, input.Backend);
        int seed = Seeds.From(0, input.Options.Seed);
        using var held = builder.At(0).Hold();
        var start = held.Train;
        int N = start.Rows, leading = Math.Min(LeadingModes, N);
        MatrixView difference = new DenseMatrix(N, N);
        var startPairs = ShortLanczos.Run(start, LanczosSteps, leading, OfVectors, backend, seed);
        var startModes = startPairs.Leading(leading, backend);
        double spectral = startPairs.SpectralNorm, frobenius = MatrixNorms.Frobenius(start);
        var startMeans = Means(start);
        double startCentred = Math.Sqrt(Centred(start, startMeans, start, startMeans));
        var points = new List<KernelEvolutionPoint>();
        var (last, train, p) = (outputs.Times.Count - 1, input.Checkpoints.Train, input.Checkpoints.Outputs);
        var order = ClassBuilder.Of(input.Checkpoints.Loss).Map(c => c.Order()).OrDefault([.. Enumerable.Range(0, train)]);
        var portraits = new KernelPortrait[2];
        for (int k = 0; k < outputs.Times.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var here = builder.At(k).Hold();
            var kernel = here.Train;
            if (k == 0 || k == last) portraits[k == 0 ? 0 : 1] = KernelPortraits.Of(outputs.Times[k], kernel, p, order, backend);
            var pairs = k == 0 ? startPairs : ShortLanczos.Run(kernel, LanczosSteps, leading, OfVectors, backend, seed);
            for (int j = 0; j < N; j++) VectorRoutines.Combine(1, kernel.Column(j), -1, start.Column(j), difference.Column(j));
            double moved = MatrixNorms.Frobenius(difference);
            double movedSpectral = moved == 0 ? 0 : ShortLanczos.Run(difference, LanczosSteps, 0, OfNorms, backend, seed).SpectralNorm;
            var means = Means(kernel);
            double alignment = Centred(kernel, means, start, startMeans) / (Math.Sqrt(Centred(kernel, means, kernel, means)) * startCentred);
            points.Add(new KernelEvolutionPoint(outputs.Times[k], Relative(movedSpectral, spectral), Relative(moved, frobenius),
                double.IsFinite(alignment) ? Math.Clamp(alignment, -1, 1) : 0, k == 0 ? 0 : LargestAngle(startModes, pairs.Leading(leading, backend), backend),
                    pairs.Values[^1]));
        }
        return new KernelEvolution
        {
            PeakDrift = points.Max(x => x.SpectralDrift), EndDrift = points[^1].SpectralDrift, Points = points, Start = portraits[0], End = portraits[1],
        };
    }

    // A kernel that was zero and then is not has moved by more than any multiple of itself.
    private static double Relative(double moved, double start) => moved == 0 ? 0 : start > 0 ? moved / start : double.PositiveInfinity;

    private static double[] Means(in MatrixView k)
    {
        double[] means = new double[k.Columns];
        for (int j = 0; j < means.Length; j++) means[j] = VectorRoutines.Sum(k.Column(j)) / k.Rows;
        return means;
    }

    // ⟨HAH, HBH⟩ with H = I − 11ᵀ/N for symmetric A and B, column by column: nothing of order N² is kept.
    private static double Centred(in MatrixView a, double[] aMeans, in MatrixView b, double[] bMeans)
    {
        double aTotal = aMeans.Average(), bTotal = bMeans.Average(), sum = 0;
        double[] x = new double[a.Rows], y = new double[a.Rows], one = new double[a.Rows];
        Array.Fill(one, 1);
        for (int j = 0; j < a.Columns; j++)
        {
            Shifted(a.Column(j), aMeans, aTotal - aMeans[j], one, x);
            Shifted(b.Column(j), bMeans, bTotal - bMeans[j], one, y);
            sum += VectorRoutines.Dot(x, y);
        }
        return sum;
    }

    private static void Shifted(ReadOnlySpan<double> column, double[] means, double shift, double[] one, double[] result)
    {
        VectorRoutines.Combine(1, column, -1, means, result);
        VectorRoutines.Axpy(shift, one, result);
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
