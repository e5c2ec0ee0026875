using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>C8: U_Q(T) − U_Q(s) = A°(U_S(T) − U_S(s)), A° = (G_Q L)(G_S L)⁺ with LLᵀ = W_S⁺.</summary>
/// <remarks>Exact for constant invertible B; for varying B ker G_S ∩ range W_S ⊆ ker G_Q is not implied, so the figure is Measured.</remarks>
internal static class Coupling
{
    public static ClaimResult Check(ClaimContext c)
    {
        const string id = "C8", name = "coupling";
        double[] recorded = c.TestDisplacement, train = c.TrainDisplacement;
        double scale = VectorMath.Norm(recorded);
        if (scale == 0) return DataClaim.NotApplicable(id, name, "the recorded test outputs did not move");
        var predicted = Predict(c.Propagation.W_S, c.Propagation.G_S, c.Propagation.G_Q, train, c);
        double? interpolation = c.Sparse is { } s
            ? VectorMath.Distance(predicted, Predict(s.Propagation.W_S, s.Propagation.G_S, s.Propagation.G_Q, train, c)) / s.Divisor / scale : null;
        double g = VectorMath.Norm(c.StartGradient), gain = VectorMath.Norm(predicted) / Math.Max(VectorMath.Norm(train), double.Epsilon);
        double integration = c.Propagation.Error.G * g * (c.Propagation.G_Q.FrobeniusNorm() + gain * c.Propagation.G_S.FrobeniusNorm()) / scale;
        double rounding = (c.RelativeRounding * VectorMath.Norm(predicted) + c.StoredEpsilon * (VectorMath.Norm(c.Outputs.TestOutputs[0]) + gain * VectorMath.Norm(c.Outputs.TrainOutputs[0]))) / scale;
        var budget = DataClaim.Budget(integration, interpolation, rounding);
        double error = VectorMath.Distance(predicted, recorded) / scale;
        double? correlation = VectorMath.Correlation(predicted, recorded);
        return c.Trajectory.Beta is not null
            ? DataClaim.Judge(id, name, error, correlation, budget, c.Options.Tolerance)
            : new ClaimResult(id, name, Verdict.Measured)
            {
                RelativeError = error, Correlation = correlation, Budget = budget, Tolerance = c.Options.Tolerance, Reason = "B varies, so the coupling is not implied by the theory",
            };
    }

    // Factors, not products: L = Ψ Λ^{-1/2} on the modes above rounding; (G_S L)⁺ by SVD.
    private static double[] Predict(DenseMatrix W, DenseMatrix G_S, DenseMatrix G_Q, double[] train, ClaimContext c)
    {
        int N = W.RowCount, M = G_Q.RowCount;
        var pairs = ReferenceEquals(W, c.Propagation.W_S) ? c.Pairs : Spectral.DenseEigen.Decompose(W, c.Backend);
        double cut = N * c.Trajectory.Epsilon * Math.Max(pairs.Values[0], 0);
        int rank = pairs.Values.Count(v => v > cut);
        if (rank == 0) return new double[M];
        var L = new DenseMatrix(N, rank);
        for (int j = 0; j < rank; j++)
        {
            double factor = 1 / Math.Sqrt(pairs.Values[j]);
            for (int i = 0; i < N; i++) L.At(i, j, factor * pairs.Vectors.At(i, j));
        }
        var a = new DenseMatrix(M, rank);
        var b = new DenseMatrix(N, rank);
        c.Backend.Gemm(Op.None, Op.None, 1, G_Q, L, 0, a);
        c.Backend.Gemm(Op.None, Op.None, 1, G_S, L, 0, b);
        var sigma = new double[rank];
        var u = new DenseMatrix(N, rank);
        var vt = new DenseMatrix(rank, rank);
        c.Backend.Svd(b, sigma, u, vt);
        double small = N * c.Trajectory.Epsilon * sigma[0];
        var z = new double[rank];
        for (int k = 0; k < rank && sigma[k] > small; k++)
        {
            double projection = System.Numerics.Tensors.TensorPrimitives.Dot<double>(((MatrixView)u).Column(k), train) / sigma[k];
            for (int j = 0; j < rank; j++) z[j] += projection * vt.At(k, j);
        }
        return VectorMath.Multiply(1, a, z);
    }
}
