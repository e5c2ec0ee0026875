using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>C10: P(T,s) = P(T,τ)P(τ,s), W(s,T) = W(s,τ) + P(τ,s)ᵀW(τ,T)P(τ,s), G(T,s) = G(τ,s) + G(T,τ)P(τ,s), the two windows carried on their own.</summary>
/// <remarks>Operators that were composed of intervals are compared with vectors carried through the whole window in one piece, by another method: what knows
/// nothing of composition.
/// Compared on eight vectors V of entries ±1/√N: ‖DV‖_F²·N/8 estimates ‖D‖_F² of a defect D, and no defect of any size is invisible to all of them.
/// The number
/// is the largest of the relative defects of P V, VᵀWV, G_S V and G_Q V.</remarks>
internal sealed class C10Composition() : Claim("C10", "composition", ClaimKind.Code)
{
    public override string Statement => "The operators of the whole window are those of its two halves, one after the other.";

    public override string Equation => "P(T,s) = P(T,τ)P(τ,s); W(s,T) = W(s,τ) + P(τ,s)ᵀW(τ,T)P(τ,s); G(T,s) = G(τ,s) + G(T,τ)P(τ,s)";

    public override string Needs => "a window whose parts have propagators of their own, and a checkpoint inside it";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        if (!evidence.SecondCarry.TryGet(out var carry)) return NotApplicable(evidence.SecondCarry.Reason!);
        if (carry.Split is not { } split) return NotApplicable("the window has no checkpoint between its ends at which to divide it");
        var (p, r) = (evidence.Propagation, carry.Result);
        var v = carry.Random(carry.Block).ToMatrix();
        DenseMatrix Times(DenseMatrix a)
        {
            var product = new DenseMatrix(a.RowCount, v.ColumnCount);
            evidence.Backend.Gemm(Op.None, Op.None, 1, a, v, 0, product);
            return product;
        }
        var wv = new DenseMatrix(v.ColumnCount, v.ColumnCount);
        evidence.Backend.Gemm(Op.Transpose, Op.None, 1, v, Times(p.W_S), 0, wv);
        // ‖DV‖_F ≈ √(8/N)·‖D‖_F and ‖VᵀDV‖_F ≈ 8/N·‖D‖_F for an error D of the operators.
        double share = (double)SecondCarry.Probes / p.P.RowCount, spread = Math.Sqrt(share);
        // A reduction is bounded in 2-norms: on vectors of length 1 by √8 and, on both sides, by 8 of them.
        var cut = evidence.Truncation;
        double root = Math.Sqrt(SecondCarry.Probes);
        var parts = new[]
        {
            Compare("P", Times(p.P), carry.Random(r.End), p.Error.P * MatrixNorms.Frobenius(p.P) * spread, r.Error.P, root * cut?.Bound.P.Spectral),
            Compare("W_S", wv, carry.RandomSquare(r.Dissipated), p.Error.W * MatrixNorms.Frobenius(p.W_S) * share, r.Error.W,
                SecondCarry.Probes * cut?.Bound.W_S.Spectral),
            Compare("G_S", Times(p.G_S), carry.Random(r.Train), p.Error.G * MatrixNorms.Frobenius(p.G_S) * spread, r.Error.GS,
                root * cut?.Bound.G_S.Spectral),
            Compare("G_Q", Times(p.G_Q), carry.Random(r.Test), p.Error.G * MatrixNorms.Frobenius(p.G_Q) * spread, r.Error.GQ, root * cut?.Response),
        };
        return JudgeNearest(parts, evidence.ArithmeticRounding, evidence.Model.IsComposed
            ? FormattableString.Invariant($"composed of {evidence.Checkpoints.Count - 1} intervals, in one piece by {r.How}")
            : FormattableString.Invariant($"divided at t = {evidence.Outputs.Times[split]:G6}, by {r.How}"));
    }

    private static (string Name, double Defect, double Integration, double? Truncation) Compare(string name, in MatrixView whole,
        in MatrixView composed, double wholeError, double composedError, double? truncated)
    {
        double scale = MatrixNorms.Frobenius(whole), distance = MatrixNorms.Distance(whole, composed);
        return scale > 0 ? (name, distance / scale, (wholeError + composedError) / scale, truncated / scale) : (name, distance, composedError, truncated);
    }
}
