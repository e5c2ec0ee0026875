namespace KernelFlow.Operators;

/// <summary>How far the operators of a reduced flow are at most from those of the whole one, for B = βI: a theorem's bounds, not estimates.</summary>
/// <remarks>
/// With Π = VVᵀ, E = (I − Π)J_S and x = P v. What starts outside of the range, v = (I − Π)v, stays there in the reduced flow and dissipates nothing. In the
/// whole one vᵀW_Sv ≤ vᵀ∫K dτ v ≤ d₁, and Πx is driven by ΠK(I − Π) alone: ‖Πx‖ ≤ a = min(√(βd/2), βc). What starts inside leaves the range by no more than
/// a, which acts back by no more than a·min(√(βd/2), βc). docs/theory/factor.md, section 7, has the proof.
/// </remarks>
public sealed class TruncationBound
{
    /// <summary>Derives the bounds from what the kernels have outside of the range.</summary>
    /// <param name="tails">What they have.</param>
    public TruncationBound(RangeTails tails)
    {
        ArgumentNullException.ThrowIfNull(tails);
        Tails = tails;
        (P, W_S, Test) = Of(tails, tails.Largest);
        (FrobeniusP, FrobeniusW, FrobeniusTest) = Of(tails, tails.Trace);
        G_S = P.Times(1 / tails.Beta);
        FrobeniusG = FrobeniusP.Times(1 / tails.Beta);
    }

    /// <summary>What it was derived from.</summary>
    public RangeTails Tails { get; }

    /// <summary>2-norms of the blocks of the error of P(t,s), for every t of the window.</summary>
    public BlockBound P { get; }

    /// <summary>The same of W_S.</summary>
    public BlockBound W_S { get; }

    /// <summary>The same of G_S.</summary>
    public BlockBound G_S { get; }

    /// <summary>2-norms of the error of G_Q on vectors of the range and on vectors outside of it.</summary>
    public (double Kept, double Left) Test { get; }

    /// <summary>Frobenius norms of the blocks of the error of P(t,s).</summary>
    public BlockBound FrobeniusP { get; }

    /// <summary>The same of W_S.</summary>
    public BlockBound FrobeniusW { get; }

    /// <summary>The same of G_S.</summary>
    public BlockBound FrobeniusG { get; }

    /// <summary>The same of G_Q.</summary>
    public (double Kept, double Left) FrobeniusTest { get; }

    /// <summary>‖ΔG_Q‖_F.</summary>
    public double FrobeniusOfTest => Math.Sqrt(FrobeniusTest.Kept * FrobeniusTest.Kept + FrobeniusTest.Left * FrobeniusTest.Left);

    // d is d₁ for 2-norms and the trace for Frobenius norms; every step of the proof holds for both.
    private static (BlockBound P, BlockBound W, (double, double) Test) Of(RangeTails t, double d)
    {
        double beta = t.Beta;
        if (t.Rest is { } rest) return WithoutRoots(t, rest);
        double root = Math.Sqrt(0.5 * beta * d), across = Math.Min(root, beta * t.Coupling);
        double a = Math.Min(Math.Sqrt(0.5 * beta * t.Largest), beta * t.Coupling); // a 2-norm, where it multiplies a norm of the other kind
        double kept = across * Math.Min(Math.Sqrt(0.5 * beta * t.Trace), beta * t.Coupling);
        var p = new BlockBound(kept, across, beta * Math.Sqrt(d * t.Largest));
        var w = new BlockBound((2 * kept + across * a) / (2 * beta), across / beta, d);
        double energy = Math.Sqrt(t.TestEnergy);
        double testKept = Math.Min(energy * Math.Sqrt(t.Trace) * across, t.TestKernel * kept + t.TestCoupling * across);
        double testLeft = Math.Min(energy * Math.Sqrt(d), t.TestKernel * across + t.TestCoupling);
        return (p, w, (testKept, testLeft));
    }

    // Kernels that were recorded one by one need not be those of any J: nothing that follows from K = JJᵀ is used, and P may grow by e^ν.
    private static (BlockBound P, BlockBound W, (double, double) Test) WithoutRoots(RangeTails t, double rest)
    {
        double beta = t.Beta, grown = Math.Exp(t.Growth), across = beta * t.Coupling * grown * grown;
        double kept = beta * t.Coupling * across * grown, left = beta * (rest * grown + t.Coupling * across);
        var w = new BlockBound((2 * kept * grown + kept * kept + across * across) / (2 * beta), across * grown / beta,
            (2 * left + left * left + across * across) / (2 * beta));
        return (new BlockBound(kept, across, left), w,
            (t.TestKernel * kept + t.TestCoupling * across, t.TestKernel * across + t.TestCoupling * grown));
    }
}
