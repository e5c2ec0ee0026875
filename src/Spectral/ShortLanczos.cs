using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral;

/// <summary>A few dozen steps of single-vector Lanczos with full reorthogonalization: norms and leading eigenspaces to the accuracy of a plotted
/// curve, at the cost of matrix–vector products.</summary>
/// <remarks>Repeated eigenvalues are seen once; where every eigenpair matters use <see cref="ThickRestartLanczos"/> or <see cref="DenseEigen"/>.</remarks>
public sealed class ShortLanczos
{
    private const int CheckEvery = 8;
    private readonly MatrixView _basis;
    private readonly MatrixView _ritz;

    private ShortLanczos(in MatrixView basis, in MatrixView ritz, double[] ascending, double residual)
    {
        _basis = basis;
        _ritz = ritz;
        Values = ascending;
        LastCoupling = residual;
    }

    /// <summary>Ritz values, ascending.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>β_m: the residual of Ritz pair j is β_m·|s_mj|.</summary>
    public double LastCoupling { get; }

    /// <summary>max(|θ_1|, |θ_m|): ‖A‖₂ from below, exact to rounding once the extremes have converged.</summary>
    public double SpectralNorm => Math.Max(Math.Abs(Values[0]), Math.Abs(Values[^1]));

    /// <summary>Runs at most <paramref name="steps"/> steps on a symmetric matrix.</summary>
    /// <param name="a">Symmetric N×N.</param>
    /// <param name="steps">Most steps; fewer when an invariant subspace is found.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="seed">Seed of the start vector.</param>
    /// <exception cref="ArgumentException">A is not square or empty, or there is no step.</exception>
    /// <exception cref="NumericalException">A has a NaN or infinite element.</exception>
    public static ShortLanczos Run(in MatrixView a, int steps, Backend backend, int seed = 0) => Run(a, steps, 0, 0, backend, seed);

    /// <summary>The same, ended as soon as the pairs that are wanted are as good as more steps could make them.</summary>
    /// <param name="a">Symmetric N×N.</param>
    /// <param name="steps">Most steps.</param>
    /// <param name="leading">The number of largest eigenvalues that are wanted; with 0 the one of largest magnitude. 0 with an accuracy of 0: all steps are
    /// taken.</param>
    /// <param name="accuracy">Residual, relative to ‖A‖₂, at which a pair is good enough. An eigenvalue is off by about its square, a vector by as
    /// much.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="seed">Seed of the start vector.</param>
    /// <exception cref="ArgumentException">A is not square or empty, or there is no step.</exception>
    /// <exception cref="NumericalException">A has a NaN or infinite element.</exception>
    public static ShortLanczos Run(in MatrixView a, int steps, int leading, double accuracy, Backend backend, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(backend);
        int n = a.Rows;
        if (a.Columns != n || n == 0) throw new ArgumentException($"The matrix is {a.Rows}x{a.Columns}, expected square and not empty.");
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        int most = Math.Min(steps, n), size = 0;
        var q = new MatrixView(new double[ArraySize.Of(n, most)], n, most);
        double[] diagonal = new double[most], off = new double[most];
        var random = new Random(seed);
        var z = new double[n];
        for (int i = 0; i < n; i++) z[i] = random.NextDouble() - 0.5;
        double length = VectorRoutines.Norm(z), scale = 0;
        while (size < most)
        {
            VectorRoutines.Scale(1 / length, z, q.Column(size));
            Array.Clear(z);
            VectorRoutines.AddProduct(a, q.Column(size), z);
            diagonal[size] = VectorRoutines.Dot(q.Column(size), z);
            size++;
            for (int pass = 0; pass < 2; pass++)
                for (int i = 0; i < size; i++) VectorRoutines.Axpy(-VectorRoutines.Dot(q.Column(i), z), q.Column(i), z);
            length = VectorRoutines.Norm(z);
            if (!double.IsFinite(length)) throw new NumericalException($"Lanczos: the matrix has an element that is not finite (step {size}).");
            scale = Math.Max(scale, Math.Max(Math.Abs(diagonal[size - 1]), length));
            off[size - 1] = length;
            if (length <= n * Tolerances.Epsilon * scale) break;
            if (accuracy > 0 && size % CheckEvery == 0 && size < most && IsGood(Ritz(diagonal, off, size, backend), length, leading, accuracy)) break;
        }
        var (t, values) = Ritz(diagonal, off, size, backend);
        return new ShortLanczos(q.ColumnRange(0, size), t, values, off[size - 1]);
    }

    // β_m·|s_mj| of every wanted pair; a single largest magnitude may lie at either end.
    private static bool IsGood((DenseMatrix Vectors, double[] Values) ritz, double coupling, int leading, double accuracy)
    {
        int size = ritz.Values.Length;
        double norm = Math.Max(Math.Abs(ritz.Values[0]), Math.Abs(ritz.Values[^1]));
        bool Good(int j) => coupling * Math.Abs(ritz.Vectors.At(size - 1, j)) <= accuracy * norm;
        if (leading == 0) return Good(Math.Abs(ritz.Values[0]) > Math.Abs(ritz.Values[^1]) ? 0 : size - 1);
        for (int k = 0; k < Math.Min(leading, size); k++)
            if (!Good(size - 1 - k)) return false;
        return true;
    }

    private static (DenseMatrix Vectors, double[] Values) Ritz(double[] diagonal, double[] off, int size, Backend backend)
    {
        var t = new DenseMatrix(size, size);
        for (int i = 0; i < size; i++)
        {
            t.At(i, i, diagonal[i]);
            if (i + 1 < size) (t[i, i + 1], t[i + 1, i]) = (off[i], off[i]);
        }
        var values = new double[size];
        backend.SymmetricEigen(t, values, vectors: true);
        return (t, values);
    }

    /// <summary>Ritz vectors of the <paramref name="count"/> largest Ritz values in columns, descending; fewer when the basis is smaller.</summary>
    public DenseMatrix Leading(int count, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        int size = Values.Count, wanted = Math.Min(count, size);
        var small = new DenseMatrix(size, wanted);
        for (int k = 0; k < wanted; k++) _ritz.Column(size - 1 - k).CopyTo(((MatrixView)small).Column(k));
        var vectors = new DenseMatrix(_basis.Rows, wanted);
        backend.Gemm(Op.None, Op.None, 1, _basis, small, 0, vectors);
        return vectors;
    }
}
