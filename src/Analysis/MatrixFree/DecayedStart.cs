using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>Where the search for the largest modes of W_S starts: at vectors of which nothing is left after the first intervals.</summary>
/// <remarks>
/// Whatever has decayed stays so, since P contracts: such vectors are eigenvectors of W_S with the eigenvalue 1/(2β), to what is left of them. There are many
/// more of them than are listed, and some have decayed early, while the stiffest intervals, which take most of the products, are still to come.
/// </remarks>
internal static class DecayedStart
{
    private const double ResidualTolerance = 3e-9;

    // e^{−19} is 6e-9: of a mode that has decayed so far no residual is left.
    private const double Decayed = 19;

    /// <summary>Improves a start, in the space of the gradients.</summary>
    /// <param name="dissipation">W_S.</param>
    /// <param name="space">The space of the gradients.</param>
    /// <param name="count">How many modes are looked for.</param>
    /// <param name="start">Vectors near those that decay first.</param>
    /// <param name="search">Finds modes of an operator from a start to a tolerance.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between applications.</param>
    public static DenseMatrix Of(DissipationOperator dissipation, GradientSpace space, int count, DenseMatrix start,
        Func<LinearOperator, MatrixView, double, FoundPairs> search, Backend backend, CancellationToken cancellation)
    {
        var products = dissipation.Sweep.Products;
        int intervals = Intervals(dissipation, space, count, start, backend);
        if (intervals == products.Intervals) return start;
        var part = new DissipationOperator(dissipation.Sweep.Until(intervals), dissipation.Beta);
        return search(new SpaceOperator(part, space, _ => { }, cancellation), start, ResidualTolerance).Pairs.Vectors;
    }

    // The fewest intervals after which as many modes as are wanted have decayed: of combinations of the vectors at least so many have.
    private static int Intervals(DissipationOperator dissipation, GradientSpace space, int count, DenseMatrix vectors, Backend backend)
    {
        var products = dissipation.Sweep.Products;
        int k = vectors.ColumnCount;
        if (k < count) return products.Intervals;
        MatrixView lifted = space.Lift(vectors), image = new DenseMatrix(lifted.Rows, k), sum = new DenseMatrix(k, k), values = new DenseMatrix(k, k);
        for (int i = 0; i + 1 < products.Intervals; i++)
        {
            KernelIntegral.Of(products, i).Apply(lifted, image);
            backend.Gemm(Op.Transpose, Op.None, dissipation.Beta, lifted, image, 1, sum);
            sum.CopyTo(values);
            double[] rates = new double[k];
            backend.SymmetricEigen(values, rates, vectors: false);
            if (rates[k - count] >= Decayed) return i + 1;
        }
        return products.Intervals;
    }
}
