namespace KernelFlow.Operators;

/// <summary>Bounds of the blocks of an error X of an operator, with respect to the range that a reduction keeps and the complement that it leaves
/// out.</summary>
/// <param name="Kept">Of VᵀXV, between vectors that are kept.</param>
/// <param name="Mixed">Of VᵀX(I − VVᵀ) and of (I − VVᵀ)XV.</param>
/// <param name="Left">Of (I − VVᵀ)X(I − VVᵀ), between vectors that are left out.</param>
public readonly record struct BlockBound(double Kept, double Mixed, double Left)
{
    /// <summary>The 2-norm of X, from bounds of the 2-norms of its blocks.</summary>
    public double Spectral
    {
        get
        {
            double half = 0.5 * (Kept - Left);
            return 0.5 * (Kept + Left) + Math.Sqrt(half * half + Mixed * Mixed);
        }
    }

    /// <summary>The Frobenius norm of X, from bounds of the Frobenius norms of its blocks.</summary>
    public double Frobenius => Math.Sqrt(Kept * Kept + 2 * Mixed * Mixed + Left * Left);

    /// <summary>‖X v‖, from bounds of 2-norms.</summary>
    /// <param name="kept">‖Vᵀv‖.</param>
    /// <param name="left">‖v − VVᵀv‖.</param>
    public double Image(double kept, double left)
    {
        double first = Kept * kept + Mixed * left, second = Mixed * kept + Left * left;
        return Math.Sqrt(first * first + second * second);
    }

    /// <summary>|vᵀX v|, from bounds of 2-norms.</summary>
    /// <param name="kept">‖Vᵀv‖.</param>
    /// <param name="left">‖v − VVᵀv‖.</param>
    public double Form(double kept, double left) => Kept * kept * kept + 2 * Mixed * kept * left + Left * left * left;

    /// <summary>The bounds of a multiple.</summary>
    /// <param name="factor">Not negative.</param>
    public BlockBound Times(double factor) => new(factor * Kept, factor * Mixed, factor * Left);
}
