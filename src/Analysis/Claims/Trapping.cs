using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>C9: ‖P(T,s)ψ_j − ψ_j‖² ≤ λ_max(∫BK_SSB)·λ_j for every mode; tests the code. The number is the largest excess, relative to ‖P − I‖_F.</summary>
internal static class Trapping
{
    public static ClaimResult Check(ClaimContext c)
    {
        var (P, pairs) = (c.Propagation.P, c.Pairs);
        int N = P.RowCount;
        var moved = new DenseMatrix(N, N);
        P.CopyTo(moved);
        for (int i = 0; i < N; i++) moved.At(i, i, moved.At(i, i) - 1);
        double scale = MatrixNorms.Frobenius(moved);
        if (scale == 0) return DataClaim.NotApplicable("C9", "trapping", "P is the identity");
        var image = new DenseMatrix(N, N);
        c.Backend.Gemm(Op.None, Op.None, 1, moved, pairs.Vectors, 0, image);
        double bound = c.Model.MotionBound, noise = N * c.Model.Epsilon, first = Math.Max(pairs.Values[0], 0), excess = 0;
        for (int j = 0; j < N; j++)
            excess = Math.Max(excess, VectorMath.Norm(((MatrixView)image).Column(j)) - Math.Sqrt(bound * Math.Max(pairs.Values[j], 0)));
        // An eigenvalue is known to N·ε·λ_1 only, so the bound to its square root.
        var budget = new ErrorBudget(c.Propagation.Error.P * MatrixNorms.Frobenius(P) / scale, 0, 0, (Math.Sqrt(bound * noise * first) + noise * MatrixNorms.Frobenius(P)) / scale);
        double error = excess / scale;
        double allowed = 3 * (budget.SumOfKnown);
        return new ClaimResult("C9", "trapping", error <= allowed ? Verdict.Holds : Verdict.Violated)
        {
            RelativeError = error,
            Budget = budget,
            Reason = error <= allowed ? null : FormattableString.Invariant($"a mode moved by {excess:G3} more than its bound"),
        };
    }
}
