using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>A (block) Lanczos factorization that can be grown, restarted and looked into: A·Q = Q·T + Q₊·C, with [X Q Q₊] orthonormal.</summary>
/// <remarks>
/// Q (N×m) is the basis, T = QᵀAQ the projection, Q₊ (N×w) the block that comes next and Q₊C the residual block; X are locked eigenvectors, which
/// the rest stays orthogonal to (the relation then holds up to their residuals). After <see cref="Extend"/> only the last block of C is not zero;
/// after <see cref="Restart"/> T is diagonal and C full: the arrow of thick restarts. Every new block is orthogonalised against all before it: by
/// the known three terms, then once or more often against everything. A block without rank is filled with random directions, so invariant subspaces
/// do not end it. Memory: N·(capacity + b) numbers, and N·b for a restart. Sources: Golub &amp; Van Loan, <i>Matrix Computations</i>, 10.3; Wu and
/// Simon, SIAM J. Matrix Anal. Appl. 22 (2000) 602.
/// </remarks>
public sealed class LanczosFactorization : IKrylovState
{
    private readonly LinearOperator _a;
    private readonly Backend _backend;
    private readonly Random _random;
    private readonly BlockOrthogonalizer _orthogonalizer;
    private readonly MatrixView _storage, _t, _c, _ritz;
    private readonly int _blockSize;
    private readonly List<double> _lockedValues = [];
    private double[] _ritzValues = [];
    private int _coupled; // columns of Q before this one do not meet Q₊
    private double _scale;

    /// <summary>Starts with an empty basis and b random directions to come next.</summary>
    /// <param name="a">Symmetric N×N.</param>
    /// <param name="capacity">Most vectors in X and Q together.</param>
    /// <param name="blockSize">b, the number of vectors that each step adds.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="seed">Seed of every random direction.</param>
    /// <exception cref="ArgumentException">The operator is not symmetric or empty, or capacity or block size do not fit its order.</exception>
    public LanczosFactorization(LinearOperator a, int capacity, int blockSize, Backend backend, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(backend);
        int n = a.Rows;
        if (!a.IsSymmetric) throw new ArgumentException("Lanczos needs a symmetric operator.");
        if (blockSize < 1 || blockSize > n) throw new ArgumentException($"The block size is {blockSize}, expected 1 to {n}, the order of the operator.");
        if (capacity < blockSize || capacity > n) throw new ArgumentException($"The basis has room for {capacity} vectors, expected {blockSize} to {n}.");
        _storage = KrylovStorage.Allocate(n, capacity + blockSize);
        (_a, _backend, _blockSize, Capacity) = (a, backend, blockSize, capacity);
        _random = new Random(seed);
        _orthogonalizer = new BlockOrthogonalizer(backend, _random);
        _t = new MatrixView(new double[ArraySize.Of(capacity, capacity)], capacity, capacity);
        _ritz = new MatrixView(new double[ArraySize.Of(capacity, capacity)], capacity, capacity);
        _c = new MatrixView(new double[ArraySize.Of(blockSize, capacity)], blockSize, capacity);
        StartAgain();
    }

    /// <summary>N, the order of the operator.</summary>
    public int Dimension => _a.Rows;

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <summary>m, the columns of Q.</summary>
    public int Size { get; private set; }

    /// <summary>w, the columns of Q₊: b, or what is left of the space.</summary>
    public int NextWidth { get; private set; }

    /// <inheritdoc/>
    public int Applications { get; private set; }

    /// <summary>Whether X and Q span the whole space; then T holds all other eigenvalues, and there is no Q₊.</summary>
    public bool IsComplete => LockedCount + Size == Dimension;

    /// <summary>Whether one more block does not fit.</summary>
    public bool IsFull => LockedCount + Size + NextWidth > Capacity;

    /// <summary>Columns of X.</summary>
    public int LockedCount => _lockedValues.Count;

    /// <summary>Eigenvalues that belong to X.</summary>
    public IReadOnlyList<double> LockedValues => _lockedValues;

    /// <summary>X, N×<see cref="LockedCount"/>; a view of the storage.</summary>
    public MatrixView Locked => _storage.ColumnRange(0, LockedCount);

    /// <summary>Q, N×m; a view of the storage.</summary>
    public MatrixView Basis => _storage.ColumnRange(LockedCount, Size);

    /// <summary>Q₊, N×w; a view of the storage.</summary>
    public MatrixView Next => _storage.ColumnRange(LockedCount + Size, NextWidth);

    /// <summary>T, m×m; a copy.</summary>
    public DenseMatrix Projected => _t.Slice(0, 0, Size, Size).ToMatrix();

    /// <summary>C, w×m; a copy.</summary>
    public DenseMatrix Coupling => _c.Slice(0, 0, NextWidth, Size).ToMatrix();

    /// <summary>max |BᵀB − I| for B = [X Q Q₊], measured.</summary>
    public double OrthogonalityLoss() => KrylovStorage.OrthogonalityLoss(_storage.ColumnRange(0, LockedCount + Size + NextWidth), _backend);

    /// <summary>Appends Q₊ to the basis: one application of the operator to w vectors.</summary>
    /// <exception cref="InvalidOperationException">The basis is full or complete.</exception>
    /// <exception cref="NumericalException">The operator returned NaN or infinity.</exception>
    public void Extend()
    {
        if (NextWidth == 0 || IsFull)
            throw new InvalidOperationException($"The basis of {LockedCount + Size} vectors cannot grow by {NextWidth}: its capacity is {Capacity}.");
        int m = Size, w = NextWidth, first = LockedCount + m;
        MatrixView p = Next, z = _storage.ColumnRange(first + w, w), q = _storage.ColumnRange(LockedCount + _coupled, m - _coupled);
        _a.Apply(p, z);
        Applications += w;
        for (int j = 0; j < w; j++)
        {
            if (!VectorRoutines.AllFinite(z.Column(j)))
                throw new NumericalException($"Lanczos: the operator returned a value that is not finite (application {Applications}).");
            _scale = Math.Max(_scale, VectorRoutines.Norm(z.Column(j)));
        }

        // The known part first: what is left meets the basis in rounding only, and one pass against all of it usually is enough.
        for (int j = 0; j < w; j++)
            for (int i = 0; i < m; i++) _t[i, m + j] = i < _coupled ? 0 : _c[j, i];
        BasisProducts.Subtract(_backend, q, _t.Slice(_coupled, m, m - _coupled, w), z);
        MatrixView diagonal = New(w, w), correction = New(w, w);
        BasisProducts.Project(_backend, p, z, diagonal);
        BasisProducts.Subtract(_backend, p, diagonal, z);
        Size += w;
        var r = _orthogonalizer.Run(_storage.ColumnRange(0, first + w), z, 2 * Tolerances.Epsilon * _scale, correction);
        for (int j = 0; j < w; j++)
        {
            for (int i = 0; i <= j; i++) _t[m + j, m + i] = _t[m + i, m + j] = 0.5 * (diagonal[i, j] + correction[i, j] + (diagonal[j, i] + correction[j, i]));
            for (int i = 0; i < m; i++) _t[m + j, i] = _t[i, m + j];
        }
        NextWidth = r.Rows;
        _coupled = m;
        _c.Slice(0, 0, _blockSize, Size).Fill(0);
        r.CopyTo(_c.Slice(0, m, r.Rows, w));
    }

    /// <summary>Ritz values of T, ascending, and the norms ‖C·s_j‖ of their residuals A·Qs_j − θ_j·Qs_j (with rounding and locked vectors left out).</summary>
    /// <exception cref="NumericalException">The dense eigensolver did not converge.</exception>
    public (double[] Values, double[] Residuals) Approximations()
    {
        int m = Size;
        var s = new MatrixView(_ritz.Array, m, m);
        _t.Slice(0, 0, m, m).CopyTo(s);
        _ritzValues = new double[m];
        _backend.SymmetricEigen(s, _ritzValues, vectors: true);
        return (_ritzValues, KrylovStorage.ColumnNorms(_c.Slice(0, 0, NextWidth, m), s, _backend));
    }

    /// <summary>Ritz vectors Q·s_j of the last <see cref="Approximations"/> in columns.</summary>
    /// <exception cref="InvalidOperationException">The basis has changed since.</exception>
    public DenseMatrix RitzVectors(ReadOnlySpan<int> indices)
    {
        var vectors = new DenseMatrix(Dimension, indices.Length);
        if (indices.Length > 0) _backend.Gemm(Op.None, Op.None, 1, Basis, Selected(indices), 0, vectors);
        return vectors;
    }

    /// <summary>Thick restart: Q becomes the Ritz vectors <paramref name="kept"/> of the last <see cref="Approximations"/>, X receives those of
    /// <paramref name="locked"/>; Q₊ stays.</summary>
    /// <remarks>Locking a pair says that its coupling C·s_j counts as zero.</remarks>
    /// <exception cref="InvalidOperationException">The basis has changed since.</exception>
    public void Restart(ReadOnlySpan<int> locked, ReadOnlySpan<int> kept)
    {
        int[] order = [.. locked, .. kept];
        var s = Selected(order);
        var next = Next;
        BasisProducts.Rotate(_backend, Basis, s);
        var c = New(NextWidth, order.Length);
        if (NextWidth > 0 && order.Length > 0) _backend.Gemm(Op.None, Op.None, 1, _c.Slice(0, 0, NextWidth, Size), s, 0, c);
        foreach (int j in locked) _lockedValues.Add(_ritzValues[j]);
        Size = kept.Length;
        _t.Slice(0, 0, Size, Size).Fill(0);
        for (int j = 0; j < Size; j++) _t[j, j] = _ritzValues[kept[j]];
        c.ColumnRange(locked.Length, Size).CopyTo(_c.Slice(0, 0, NextWidth, Size));
        next.CopyTo(Next);
        _coupled = 0;
        _ritzValues = [];
    }

    /// <summary>Keeps only the columns <paramref name="kept"/> (ascending) of X. The basis must be empty.</summary>
    /// <exception cref="InvalidOperationException">The basis is not empty.</exception>
    public void KeepLocked(ReadOnlySpan<int> kept)
    {
        if (Size > 0) throw new InvalidOperationException("Locked vectors can only be given up when the basis is empty.");
        var next = Next;
        double[] values = [.. _lockedValues];
        _lockedValues.Clear();
        for (int j = 0; j < kept.Length; j++)
        {
            if (kept[j] != j) _storage.ColumnRange(kept[j], 1).CopyTo(_storage.ColumnRange(j, 1));
            _lockedValues.Add(values[kept[j]]);
        }
        next.CopyTo(Next);
    }

    /// <summary>Empties the basis (X stays) and draws b random directions orthogonal to X to come next.</summary>
    public void StartAgain()
    {
        (Size, _coupled, _ritzValues) = (0, 0, []);
        NextWidth = Math.Min(_blockSize, Dimension - LockedCount);
        KrylovStorage.Randomise(Next, _random);
        _orthogonalizer.Run(Locked, Next, 0, default);
    }

    /// <summary>Replaces random directions that come next by given ones, as many as there are: vectors near those that are wanted save applications.</summary>
    /// <param name="directions">One vector a column; at most b, and no need to be orthonormal.</param>
    /// <exception cref="InvalidOperationException">The basis is not empty.</exception>
    /// <exception cref="ArgumentException">Too many directions, or of another length.</exception>
    public void StartFrom(in MatrixView directions)
    {
        if (Size > 0) throw new InvalidOperationException("Directions can only be given while the basis is empty.");
        if (directions.Rows != Dimension || directions.Columns > NextWidth)
            throw new ArgumentException($"Directions are {Dimension} long and at most {NextWidth}; found {directions.Rows}x{directions.Columns}.",
                nameof(directions));
        directions.CopyTo(Next.ColumnRange(0, directions.Columns));
        _orthogonalizer.Run(Locked, Next, 0, default);
    }

    private MatrixView Selected(ReadOnlySpan<int> indices)
    {
        if (_ritzValues.Length != Size) throw new InvalidOperationException("The basis has changed since its Ritz values were computed.");
        return KrylovStorage.Columns(new MatrixView(_ritz.Array, Size, Size), indices);
    }

    private static MatrixView New(int rows, int columns) => new(new double[ArraySize.Of(rows, columns)], rows, columns);
}
