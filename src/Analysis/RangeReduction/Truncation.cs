using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>What a reduction of the range may change: the bounds of the operators, and what they make of g(s). All numbers are absolute.</summary>
/// <param name="range">The range, with its bound.</param>
/// <param name="start">g(s).</param>
internal sealed class Truncation(RangeReduction range, double[] start)
{
    private readonly double _kept = VectorMath.Norm(range.Project(start)), _left = VectorMath.Norm(range.LeftOut(start));

    /// <summary>r.</summary>
    public int Rank => range.Rank;

    /// <summary>N.</summary>
    public int Size => range.Size;

    /// <summary>The bounds of the operators.</summary>
    public TruncationBound Bound => range.Bound;

    /// <summary>Of gᵀW_S g.</summary>
    public double Dissipation => Bound.W_S.Form(_kept, _left);

    /// <summary>Of P(t,s) g, for every t.</summary>
    public double Transport => Bound.P.Image(_kept, _left);

    /// <summary>Of G_S g.</summary>
    public double Train => Bound.G_S.Image(_kept, _left);

    /// <summary>Of G_Q g.</summary>
    public double Test => Bound.Test.Kept * _kept + Bound.Test.Left * _left;

    /// <summary>‖ΔG_Q‖₂.</summary>
    public double Response => Math.Sqrt(Bound.Test.Kept * Bound.Test.Kept + Bound.Test.Left * Bound.Test.Left);

    /// <summary>What vᵀW_S v may be more than in the reduced flow for an eigenvector v of its W_S, which has (√x + √y)² ≤ 2(x + y) from its parts in the range
    /// and outside of it.</summary>
    public double Energy => 2 * (Bound.W_S.Kept + Bound.W_S.Left);

    /// <summary>Whether the inclusion can be decided beside it as it can without: it takes no more than half of what reservoir modes must be told from zero
    /// to.</summary>
    /// <param name="c">c with ‖G_Q v‖² ≤ c·vᵀW_S v.</param>
    /// <param name="first">λ_1 of W_S.</param>
    public bool LeavesInclusion(double c, double first) => Response + Math.Sqrt(c * Energy) <= 0.5 * InclusionRule.Resolution * Math.Sqrt(c * first);

    /// <summary>The largest of the bounds of Frobenius errors of P, W_S, G_S and G_Q, each as a share of the operator of the reduced flow.</summary>
    /// <param name="p">The operators of the reduced flow.</param>
    public double Relative(Propagation p)
    {
        double largest = 0;
        foreach (var (bound, norm) in new[]
        {
            (Bound.FrobeniusP.Frobenius, MatrixNorms.Frobenius(p.P)), (Bound.FrobeniusW.Frobenius, MatrixNorms.Frobenius(p.W_S)),
            (Bound.FrobeniusG.Frobenius, MatrixNorms.Frobenius(p.G_S)), (Bound.FrobeniusOfTest, MatrixNorms.Frobenius(p.G_Q)),
        })
            if (norm > 0) largest = Math.Max(largest, bound / norm);
        return largest;
    }
}
