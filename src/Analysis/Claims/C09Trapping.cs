using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>C9: ‖P(T,s)ψ_j − ψ_j‖² ≤ λ_max(∫BK_SSB)·λ_j for every mode. The number is the largest excess, relative to ‖P − I‖_F.</summary>
internal sealed class C09Trapping() : Claim("C9", "trapping", ClaimKind.Code)
{
    public override string Statement => "A mode that is not dissipated is not moved either.";

    public override string Equation => "‖P(T,s) ψ_j − ψ_j‖² ≤ λ_max(∫B K_SS B dτ) λ_j";

    public override string Needs => "a propagator that is not the identity";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        var (P, pairs) = (evidence.Propagation.P, evidence.Eigenpairs);
        int N = P.RowCount;
        var moved = new DenseMatrix(N, N);
        P.CopyTo(moved);
        for (int i = 0; i < N; i++) moved.At(i, i, moved.At(i, i) - 1);
        double scale = MatrixNorms.Frobenius(moved);
        if (scale == 0) return NotApplicable("P is the identity");
        var image = new DenseMatrix(N, pairs.Values.Count);
        evidence.Backend.Gemm(Op.None, Op.None, 1, moved, pairs.Vectors, 0, image);
        double bound = evidence.Model.MotionBound, noise = N * evidence.Model.Epsilon, first = evidence.GramianNorm, excess = 0;
        for (int j = 0; j < pairs.Values.Count; j++)
            excess = Math.Max(excess, VectorMath.Norm(((MatrixView)image).Column(j)) - Math.Sqrt(bound * Math.Max(pairs.Values[j], 0)));
        // An eigenvalue is known to N·ε·λ_1 only, and so is the bound to its square root.
        double integration = evidence.Propagation.Error.P * MatrixNorms.Frobenius(P) / scale;
        double moving = PropagatorRounding.Of(evidence.Propagation, evidence.Model.Epsilon) * MatrixNorms.Frobenius(P);
        double rounding = (Math.Sqrt(bound * noise * first) + moving) / scale, error = excess / scale;
        bool holds = error <= CodeRule.Slack * (integration + rounding);
        string reason = holds ? evidence.ModesLeftOut.TrimStart(';', ' ') : FormattableString.Invariant($"a mode moved by {excess:G3} more than its bound");
        return Result(holds ? Verdict.Holds : Verdict.Violated, reason.Length > 0 ? reason : null) with { RelativeError = error,
            Budget = new ErrorBudget(integration, 0, 0, rounding) };
    }
}
