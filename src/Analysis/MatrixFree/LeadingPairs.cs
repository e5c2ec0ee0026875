using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>The largest eigenpairs of an operator that costs much to apply: block Lanczos that starts near them, looks after every block, and measures the
/// residuals of what it gives.</summary>
/// <remarks>
/// Saturated modes of W_S share one eigenvalue: any vectors among them are eigenvectors, and the residual of a Ritz pair is what its vector has outside. That
/// falls slowly, since the spectrum reaches up to the cluster without a gap: so the start counts, and the largest modes of the kernel that such modes see while
/// they decay have little outside to begin with.
/// </remarks>
internal static class LeadingPairs
{
    // Vectors that are carried beside those wanted: the last ones wanted converge with their neighbours.
    public const int Beside = 6;

    // Sizes of the basis, as far as memory allows, and how many are computed with restarts, in blocks.
    private const int LeastBlocks = 5, MostBlocks = 40;

    // A complete basis costs no more than a few blocks for so small a space.
    private const int SmallSpace = 200;

    /// <summary>Finds them.</summary>
    /// <param name="a">The operator.</param>
    /// <param name="count">How many.</param>
    /// <param name="start">Where to start: vectors near those wanted; null for random ones.</param>
    /// <param name="tolerance">Relative to the largest eigenvalue.</param>
    /// <param name="measure">Whether residuals are measured with the operator once more.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="seed">Seed of random directions.</param>
    /// <param name="bytes">What the basis may take.</param>
    /// <param name="progress">Receives the share of the pairs that have converged.</param>
    public static FoundPairs Find(LinearOperator a, int count, MatrixView? start, double tolerance, bool measure, Backend backend, int seed, long bytes,
        Action<double>? progress = null)
    {
        int r = a.Rows, block = Math.Min(r, count + Beside), 
            blocksKept = (int)Math.Clamp(bytes / ((double)sizeof(double) * r * block) - 1, LeastBlocks, MostBlocks),
            capacity = r <= SmallSpace ? r : Math.Min(r, blocksKept * block);
        var state = new LanczosFactorization(a, capacity, block, backend, seed);
        if (start is { } near) state.StartFrom(near.ColumnRange(0, Math.Min(near.Columns, block)));
        double[] values, residuals;
        int[] top;
        for (int blocks = 1; ; blocks++)
        {
            state.Extend();
            (values, residuals) = state.Approximations();
            double largest = Math.Max(Math.Abs(values[^1]), double.Epsilon);
            top = [.. Enumerable.Range(0, Math.Min(count, values.Length)).Select(j => values.Length - 1 - j)];
            int converged = top.Length < count ? 0 : top.Count(j => residuals[j] <= tolerance * largest);
            progress?.Invoke(converged / (double)count);
            if (state.IsComplete || (r > SmallSpace && (converged == count || blocks >= MostBlocks))) break;
            if (!state.IsFull) continue;
            int kept = Math.Min(values.Length, 2 * block);
            state.Restart([], [.. Enumerable.Range(values.Length - kept, kept)]);
        }
        bool complete = state.IsComplete;
        var vectors = state.RitzVectors(top);
        double[] found = [.. top.Select(j => values[j])], sizes = [.. top.Select(j => residuals[j])];
        if (measure) (found, sizes) = Measure(a, vectors);
        var pairs = new EigenPairs(found, vectors, sizes, state.OrthogonalityLoss(), state.Applications + (measure ? count : 0),
            sizes.All(s => s <= tolerance * Math.Max(found[0], double.Epsilon)));
        return new FoundPairs(pairs, complete, [.. values.OrderDescending()]);
    }

    private static (double[] Values, double[] Residuals) Measure(LinearOperator a, DenseMatrix vectors)
    {
        var image = new DenseMatrix(vectors.RowCount, vectors.ColumnCount);
        a.Apply(vectors, image);
        return Residuals(vectors, image);
    }

    /// <summary>Rayleigh quotients and norms of the residuals of vectors of length 1 from their images, which are overwritten.</summary>
    public static (double[] Values, double[] Residuals) Residuals(in MatrixView x, in MatrixView image)
    {
        double[] values = new double[x.Columns], residuals = new double[x.Columns];
        for (int j = 0; j < x.Columns; j++)
        {
            values[j] = VectorRoutines.Dot(x.Column(j), image.Column(j));
            VectorRoutines.Axpy(-values[j], x.Column(j), image.Column(j));
            residuals[j] = VectorRoutines.Norm(image.Column(j));
        }
        return (values, residuals);
    }
}

/// <summary>What was found.</summary>
/// <param name="Pairs">The pairs, descending up to their residuals.</param>
/// <param name="Complete">Whether the basis was the whole space, so that nothing can be missing.</param>
/// <param name="RitzValues">All values of the basis, descending: the sum of any number of the first is at most that of as many eigenvalues.</param>
internal sealed record FoundPairs(EigenPairs Pairs, bool Complete, IReadOnlyList<double> RitzValues)
{
    /// <summary>How copies of a repeated eigenvalue are known.</summary>
    public string Multiplicity => Complete ? "the basis is the whole space: no eigenvalue is missing"
        : "not established: of a repeated eigenvalue there may be more copies than are listed, and an eigenvalue may be missing between those listed";
}
