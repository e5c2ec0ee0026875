using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>Eigenpairs of matrices at checkpoints that several measures ask for, each decomposed once as long as what is kept is small.</summary>
/// <remarks>One decomposition costs nine N³; a run of few training outputs spends more time in them than in the integration.</remarks>
/// <param name="backend">The dense linear algebra to use.</param>
/// <param name="most">Bytes of eigenvectors that are kept: eight matrices of order 500, two of order 1000, where memory counts for more.</param>
internal sealed class SharedSpectra(Backend backend, long most = 16L << 20)
{
    private readonly Dictionary<int, (double[] Values, MatrixView Vectors)> _kept = [];
    private long _bytes;

    /// <summary>The eigenpairs of the matrix of a checkpoint, ascending; they are to be left as they are.</summary>
    /// <param name="checkpoint">Index of the checkpoint.</param>
    /// <param name="matrix">Gives the matrix, which is overwritten.</param>
    public (double[] Values, MatrixView Vectors) Of(int checkpoint, Func<DenseMatrix> matrix)
    {
        lock (_kept)
            if (_kept.TryGetValue(checkpoint, out var known)) return known;
        MatrixView vectors = matrix();
        var values = new double[vectors.Rows];
        backend.SymmetricEigen(vectors, values, vectors: true);
        long bytes = 8L * vectors.Rows * vectors.Rows;
        lock (_kept)
            if (_bytes + bytes <= most && _kept.TryAdd(checkpoint, (values, vectors))) _bytes += bytes;
        return (values, vectors);
    }
}
