using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests.Measures;

/// <summary>Decompositions that several measures ask for.</summary>
public class SharedSpectraTests
{
    private int _asked;

    [Fact]
    public void A_matrix_is_decomposed_once()
    {
        var spectra = new SharedSpectra(Backend.Managed(1));
        var (values, vectors) = spectra.Of(3, Asked);
        var again = spectra.Of(3, Asked);
        Assert.Equal(1, _asked);
        Assert.Same(values, again.Values);
        var rebuilt = vectors.ToMatrix() * DenseMatrix.OfDiagonalArray(values) * vectors.ToMatrix().Transpose();
        Assert.True((rebuilt - Matrix()).FrobeniusNorm() < 1e-13);
        Assert.Equal([.. values.Order()], values);
        spectra.Of(4, Asked);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public void What_is_kept_has_a_limit()
    {
        var spectra = new SharedSpectra(Backend.Managed(1), 2 * 5 * 5 * sizeof(double));
        for (int k = 0; k < 3; k++) spectra.Of(k, Asked);
        for (int k = 0; k < 2; k++) spectra.Of(k, Asked);
        Assert.Equal(3, _asked);
        spectra.Of(2, Asked);
        Assert.Equal(4, _asked);
    }

    private DenseMatrix Asked()
    {
        _asked++;
        return Matrix();
    }

    private static DenseMatrix Matrix() => DenseMatrix.Create(5, 5, (i, j) => 1.0 / (1 + i + j));
}
