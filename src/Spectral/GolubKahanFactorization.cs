using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>A (block) Golub–Kahan–Lanczos factorization of a factor F (L×N, L ≥ N) that can be grown, restarted and looked into: F·V = U·B and Fᵀ·U =
/// V·Bᵀ + V₊·C, all bases orthonormal.</summary>
/// <remarks>
/// V (N×m) and U (L×m) are the right and left bases, B = UᵀFV the projection (upper bidiagonal by blocks; an arrow after restarts), V₊ what comes
/// next. Both sides are fully reorthogonalised. X and Y are locked singular vectors, σ their values. FᵀF is never formed, so singular values are
/// found to a small multiple of ε‖F‖, not of √ε‖F‖: with a complete V the relations are exact up to rounding E of that size in F, and what σ_j
/// feels of it is u_jᵀE v_j. Memory: L·capacity + N·(capacity + b) numbers. Sources: Golub and Kahan, SIAM J. Numer. Anal. 2 (1965) 205; Baglama
/// and Reichel, SIAM J. Sci. Comput. 27 (2005) 19.
/// </remarks>
public sealed class GolubKahanFactorization : IKrylovState
{
    // Directions of this size relative to ‖F‖ are dropped: far below what a relative error of 1e-6 at σ = 1e-10·σ_max allows.
    private const double Negligible = 0.01 * Tolerances.Epsilon;

    private readonly LinearOperator _f;
    private readonly Backend _backend;
    private readonly Random _random;
    private readonly BlockOrthogonalizer _orthogonalizer;
    private readonly MatrixView _right, _left, _b, _c;
    private readonly int _blockSize;
    private readonly List<double> _lockedValues = [];
    private MatrixView _smallLeft, _smallRight; // singular vectors of B by ascending value
    private double[] _ritzValues = [];
    private int _coupled;
    private double _scale;

    /// <summary>Starts with empty bases and b random directions to come next.</summary>
    /// <param name="f">L×N with L ≥ N.</param>
    /// <param name="capacity">Most vectors on each side, locked ones included.</param>
    /// <param name="blockSize">b, the number of vectors that each step adds.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="seed">Seed of every random direction.</param>
    /// <exception cref="ArgumentException">F has fewer rows than columns, or capacity or block size do not fit, or the
    /// bases are too large for an array.</exception>
    public GolubKahanFactorization(LinearOperator f, int capacity, int blockSize, Backend backend, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(backend);
        int n = f.Columns;
        if (f.Rows < n) throw new ArgumentException($"The factor is {f.Rows}x{n}, expected at least as many rows as columns.");
        if (blockSize < 1 || blockSize > n) throw new ArgumentException($"The block size is {blockSize}, expected 1 to {n}, the columns of the factor.");
        if (capacity < blockSize || capacity > n) throw new ArgumentException($"The basis has room for {capacity} vectors, expected {blockSize} to {n}.");
        (_f, _backend, _blockSize, Capacity) = (f, backend, blockSize, capacity);
        _right = KrylovStorage.Allocate(n, capacity + blockSize);
        _left = KrylovStorage.Allocate(f.Rows, capacity);
        _random = new Random(seed);
        _orthogonalizer = new BlockOrthogonalizer(backend, _random);
        _b = new MatrixView(new double[ArraySize.Of(capacity, capacity)], capacity, capacity);
        _c = new MatrixView(new double[ArraySize.Of(blockSize, capacity)], blockSize, capacity);
        StartAgain();
    }

    /// <summary>N, the number of columns of F.</summary>
    public int Dimension => _f.Columns;

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <summary>m, the columns of V and of U.</summary>
    public int Size { get; private set; }

    /// <summary>w, the columns of V₊.</summary>
    public int NextWidth { get; private set; }

    /// <summary>Vectors that F or Fᵀ was applied to.</summary>
    public int Applications { get; private set; }

    /// <summary>Whether X and V span R^N.</summary>
    public bool IsComplete => LockedCount + Size == _f.Columns;

    /// <summary>Whether one more block does not fit.</summary>
    public bool IsFull => LockedCount + Size + NextWidth > Capacity;

    /// <summary>Columns of X and of Y.</summary>
    public int LockedCount => _lockedValues.Count;

    /// <summary>Singular values of the locked vectors.</summary>
    public IReadOnlyList<double> LockedValues => _lockedValues;

    /// <summary>X; a view of the storage.</summary>
    public MatrixView LockedRight => _right.ColumnRange(0, LockedCount);

    /// <summary>Y; a view of the storage.</summary>
    public MatrixView LockedLeft => _left.ColumnRange(0, LockedCount);

    /// <summary>V; a view of the storage.</summary>
    public MatrixView RightBasis => _right.ColumnRange(LockedCount, Size);

    /// <summary>U; a view of the storage.</summary>
    public MatrixView LeftBasis => _left.ColumnRange(LockedCount, Size);

    /// <summary>V₊; a view of the storage.</summary>
    public MatrixView Next => _right.ColumnRange(LockedCount + Size, NextWidth);

    /// <summary>B, m×m; a copy.</summary>
    public DenseMatrix Projected => _b.Slice(0, 0, Size, Size).ToMatrix();

    /// <summary>C, w×m; a copy.</summary>
    public DenseMatrix Coupling => _c.Slice(0, 0, NextWidth, Size).ToMatrix();

    /// <summary>The larger of max |BᵀB − I| for B = [X V V₊] and B = [Y U], measured.</summary>
    public double OrthogonalityLoss() => Math.Max(
        KrylovStorage.OrthogonalityLoss(_right.ColumnRange(0, LockedCount + Size + NextWidth), _backend),
        KrylovStorage.OrthogonalityLoss(_left.ColumnRange(0, LockedCount + Size), _backend));

    /// <summary>Appends V₊ to V and what F makes of it to U: F and Fᵀ are applied to w vectors each.</summary>
    /// <exception cref="InvalidOperationException">The basis is full or complete.</exception>
    /// <exception cref="NumericalException">The factor returned NaN or infinity.</exception>
    public void Extend()
    {
        if (NextWidth == 0 || IsFull)
            throw new InvalidOperationException($"The basis of {LockedCount + Size} vectors cannot grow by {NextWidth}: its capacity is {Capacity}.");
        int m = Size, w = NextWidth, first = LockedCount + m;
        MatrixView p = Next, u = _left.ColumnRange(first, w), z = _right.ColumnRange(first + w, w);
        _f.Apply(p, u);
        Inspect(u);

        // U_new·R = F·V₊ − U·Cᵀ, and what the projection still finds of U in it belongs to B.
        for (int j = 0; j < w; j++)
            for (int i = 0; i < m; i++)
            {
                _b[i, m + j] = i < _coupled ? 0 : _c[j, i];
                _b[m + j, i] = 0;
            }
        BasisProducts.Subtract(_backend, _left.ColumnRange(LockedCount + _coupled, m - _coupled), _b.Slice(_coupled, m, m - _coupled, w), u);
        var correction = New(m, w);
        var r = _orthogonalizer.Run(_left.ColumnRange(0, first), u, Negligible * _scale, correction);
        for (int j = 0; j < w; j++)
            for (int i = 0; i < m; i++) _b[i, m + j] += correction[i, j];
        r.CopyTo(_b.Slice(m, m, w, w));

        // V₊'·C' = Fᵀ·U_new − V₊·Rᵀ.
        _f.ApplyTranspose(u, z);
        Inspect(z);
        _backend.Gemm(Op.None, Op.Transpose, -1, p, r, 1, z);
        Size += w;
        var c = _orthogonalizer.Run(_right.ColumnRange(0, first + w), z, Negligible * _scale, default);
        NextWidth = c.Rows;
        _coupled = m;
        _c.Slice(0, 0, _blockSize, Size).Fill(0);
        c.CopyTo(_c.Slice(0, m, c.Rows, w));
    }

    /// <summary>Singular values of B, ascending, and the norms ‖C·q_j‖ of the residuals Fᵀu_j − σ_jv_j (those of F v_j
    /// − σ_ju_j are zero up to rounding).</summary>
    /// <exception cref="NumericalException">The dense solver did not converge.</exception>
    public (double[] Values, double[] Residuals) Approximations()
    {
        int m = Size;
        var values = new double[m];
        MatrixView b = Projected, left = New(m, m), rightTransposed = New(m, m);
        _backend.Svd(b, values, left, rightTransposed);
        Array.Reverse(values);
        (_smallLeft, _smallRight, _ritzValues) = (New(m, m), New(m, m), values);
        for (int j = 0; j < m; j++)
        {
            left.Column(m - 1 - j).CopyTo(_smallLeft.Column(j));
            for (int i = 0; i < m; i++) _smallRight[i, j] = rightTransposed[m - 1 - j, i];
        }
        return (values, KrylovStorage.ColumnNorms(_c.Slice(0, 0, NextWidth, m), _smallLeft, _backend));
    }

    /// <summary>Thick restart: the bases become the singular vectors <paramref name="kept"/> of the last <see cref="Approximations"/>, those of
    /// <paramref name="locked"/> are locked; V₊ stays.</summary>
    /// <exception cref="InvalidOperationException">The basis has changed since.</exception>
    public void Restart(ReadOnlySpan<int> locked, ReadOnlySpan<int> kept)
    {
        if (_ritzValues.Length != Size) throw new InvalidOperationException("The basis has changed since its singular values were computed.");
        int[] order = [.. locked, .. kept];
        MatrixView next = Next, left = KrylovStorage.Columns(_smallLeft, order), c = New(NextWidth, order.Length);
        if (order.Length > 0)
        {
            BasisProducts.Rotate(_backend, RightBasis, KrylovStorage.Columns(_smallRight, order));
            BasisProducts.Rotate(_backend, LeftBasis, left);
            if (NextWidth > 0) _backend.Gemm(Op.None, Op.None, 1, _c.Slice(0, 0, NextWidth, Size), left, 0, c);
        }
        foreach (int j in locked) _lockedValues.Add(_ritzValues[j]);
        Size = kept.Length;
        _b.Slice(0, 0, Size, Size).Fill(0);
        for (int j = 0; j < Size; j++) _b[j, j] = _ritzValues[kept[j]];
        c.ColumnRange(locked.Length, Size).CopyTo(_c.Slice(0, 0, NextWidth, Size));
        next.CopyTo(Next);
        _coupled = 0;
        _ritzValues = [];
    }

    /// <summary>Keeps only the columns <paramref name="kept"/> (ascending) of X and Y. The basis must be empty.</summary>
    /// <exception cref="InvalidOperationException">The basis is not empty.</exception>
    public void KeepLocked(ReadOnlySpan<int> kept)
    {
        if (Size > 0) throw new InvalidOperationException("Locked vectors can only be given up when the basis is empty.");
        var next = Next;
        double[] values = [.. _lockedValues];
        _lockedValues.Clear();
        for (int j = 0; j < kept.Length; j++)
        {
            _right.ColumnRange(kept[j], 1).CopyTo(_right.ColumnRange(j, 1));
            _left.ColumnRange(kept[j], 1).CopyTo(_left.ColumnRange(j, 1));
            _lockedValues.Add(values[kept[j]]);
        }
        next.CopyTo(Next);
    }

    /// <summary>Empties the bases (X and Y stay) and draws b random directions orthogonal to X to come next.</summary>
    public void StartAgain()
    {
        (Size, _coupled, _ritzValues) = (0, 0, []);
        NextWidth = Math.Min(_blockSize, _f.Columns - LockedCount);
        KrylovStorage.Randomise(Next, _random);
        _orthogonalizer.Run(LockedRight, Next, 0, default);
    }

    private void Inspect(in MatrixView image)
    {
        Applications += image.Columns;
        for (int j = 0; j < image.Columns; j++)
        {
            if (!VectorRoutines.AllFinite(image.Column(j)))
                throw new NumericalException($"Golub–Kahan: the factor returned a value that is not finite (application {Applications}).");
            _scale = Math.Max(_scale, VectorRoutines.Norm(image.Column(j)));
        }
    }

    private static MatrixView New(int rows, int columns) => new(new double[ArraySize.Of(rows, columns)], rows, columns);
}
