namespace KernelFlow.Numerics;

/// <summary>Whether an operand enters a product as it is or transposed.</summary>
public enum Op
{
    /// <summary>The operand enters as it is: op(A) = A.</summary>
    None,

    /// <summary>The operand enters transposed: op(A) = Aᵀ.</summary>
    Transpose,
}

/// <summary>The dense linear algebra to use: a native BLAS/LAPACK or the managed fallback. Passed explicitly; nothing here is global.</summary>
/// <remarks>
/// Results of two backends agree to rounding. Every method validates shapes once and then calls the protected core, so an
/// implementation only computes. An instance may be used from several threads at once.
/// </remarks>
public abstract partial class Backend
{
    private ThreadBudget? _spare;
    private BufferPool? _buffers;

    /// <summary>Library and version, as named in reports: "OpenBLAS 0.3.21", "managed".</summary>
    public abstract string Name { get; }

    /// <summary>The processor the library's code was made for, as the library names it: "SkylakeX", "Haswell", "Vector512".</summary>
    public abstract string Core { get; }

    /// <summary>The largest number of threads one call may use.</summary>
    public abstract int Threads { get; }

    /// <summary>The threads that may compute beside the caller, <see cref="Threads"/> − 1 of them, for everything that computes with this backend.</summary>
    public ThreadBudget Spare => _spare ?? Interlocked.CompareExchange(ref _spare, new ThreadBudget(Math.Max(0, Threads - 1)), null) ?? _spare!;

    /// <summary>Large arrays for everything that computes with this backend.</summary>
    public BufferPool Buffers => _buffers ?? Interlocked.CompareExchange(ref _buffers, new BufferPool(), null) ?? _buffers!;

    /// <summary>Makes the threads of another backend those of this one: parts of one backend do not count twice.</summary>
    internal void TakeThreadsOf(Backend other) => _spare = other.Spare;

    /// <summary>C ← α·op(A)·op(B) + β·C. With β = 0, C need not be initialised (NaN in it is ignored).</summary>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    public void Gemm(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        var (ra, ca) = Shape(opA, a);
        var (rb, cb) = Shape(opB, b);
        if (ca != rb || c.Rows != ra || c.Columns != cb)
            throw new ArgumentException($"Gemm: op(A) is {ra}x{ca}, op(B) is {rb}x{cb}, C is {c.Rows}x{c.Columns}.");
        if (c.Rows == 0 || c.Columns == 0) return;
        GemmCore(opA, opB, alpha, a, b, beta, c);
    }

    /// <summary>C ← α·A·Aᵀ + β·C (<see cref="Op.None"/>) or α·Aᵀ·A + β·C; C symmetric on entry, both triangles written.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    public void Syrk(Op op, double alpha, in MatrixView a, double beta, in MatrixView c)
    {
        var (ra, _) = Shape(op, a);
        if (c.Rows != ra || c.Columns != ra) throw new ArgumentException($"Syrk: op(A) has {ra} rows, C is {c.Rows}x{c.Columns}.");
        if (ra == 0) return;
        SyrkCore(op, alpha, a, beta, c);
    }

    /// <summary>C ← α·Aᵀ·B + β·C where the product is known to be symmetric; half the work of <see cref="Gemm"/>, both triangles written.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    public void SymmetricProduct(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        if (a.Rows != b.Rows || a.Columns != b.Columns || c.Rows != a.Columns || c.Columns != a.Columns)
            throw new ArgumentException($"SymmetricProduct: A is {a.Rows}x{a.Columns}, B is {b.Rows}x{b.Columns}, C is {c.Rows}x{c.Columns}.");
        if (c.Rows == 0) return;
        SymmetricProductCore(alpha, a, b, beta, c);
    }

    /// <summary>Y ← Y + Aᵀ·X·diag(w) for an X of few columns, A read once: what carries a few columns through many kernels.</summary>
    /// <param name="a">A, of as many rows as X; a symmetric matrix needs no transposition.</param>
    /// <param name="x">X.</param>
    /// <param name="factors">w, one number for each column of X.</param>
    /// <param name="y">Y, of as many rows as A has columns; another buffer than X.</param>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    public void AddTransposed(in MatrixView a, in MatrixView x, ReadOnlySpan<double> factors, in MatrixView y)
    {
        if (x.Rows != a.Rows || y.Rows != a.Columns || y.Columns != x.Columns || factors.Length != x.Columns)
            throw new ArgumentException($"AddTransposed: A is {a.Rows}x{a.Columns}, X {x.Rows}x{x.Columns}, Y {y.Rows}x{y.Columns}, {factors.Length} factors.");
        if (a.Columns > 0 && x.Columns > 0) AddTransposedCore(a, x, factors, y);
    }

    /// <summary>Y_g ← Y_g + (Σ_t w_tg·A_t)ᵀ·X_g for groups g of as many columns each: every A_t is read once, and the sums are multiplied while they are in
    /// the cache.</summary>
    /// <param name="terms">A_t, of one shape; symmetric matrices need no transposition.</param>
    /// <param name="weights">w, those of a group one after the other.</param>
    /// <param name="x">X, group by group.</param>
    /// <param name="y">Y, of as many rows as the A_t have columns; another buffer than X.</param>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    public void AddTransposedSums(MatrixView[] terms, double[] weights, in MatrixView x, in MatrixView y)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(weights);
        if (terms.Length == 0 || weights.Length == 0 || weights.Length % terms.Length != 0 || x.Columns % (weights.Length / terms.Length) != 0)
            throw new ArgumentException($"AddTransposedSums: {terms.Length} matrices, {weights.Length} weights and {x.Columns} columns.");
        foreach (var a in terms)
            if (a.Rows != terms[0].Rows || a.Columns != terms[0].Columns || x.Rows != a.Rows || y.Rows != a.Columns || y.Columns != x.Columns)
                throw new ArgumentException($"AddTransposedSums: A is {a.Rows}x{a.Columns}, X {x.Rows}x{x.Columns}, Y {y.Rows}x{y.Columns}.");
        if (terms[0].Columns > 0 && x.Columns > 0) AddTransposedSumsCore(terms, weights, x, y);
    }

    /// <summary>A ← its lower Cholesky factor (the strict upper triangle is left as it was).</summary>
    /// <returns>0, or the order of the first leading minor that is not positive.</returns>
    public int Cholesky(in MatrixView a) { Square(a, nameof(Cholesky)); return a.Rows == 0 ? 0 : CholeskyCore(a); }

    /// <summary>X ← A⁻¹·X from the lower factor made by <see cref="Cholesky"/>.</summary>
    public void CholeskySolve(in MatrixView factor, in MatrixView x)
    {
        Fits(factor, x, nameof(CholeskySolve));
        if (x.Columns > 0 && x.Rows > 0) CholeskySolveCore(factor, x);
    }

    /// <summary>Factor ← A⁻¹ from the lower factor made by <see cref="Cholesky"/>; both triangles written.</summary>
    public void CholeskyInverse(in MatrixView factor) { Square(factor, nameof(CholeskyInverse)); if (factor.Rows > 0) CholeskyInverseCore(factor); }

    /// <summary>A ← L and U of P·A = L·U with partial pivoting; <paramref name="pivots"/> (zero-based row swaps) has A.Rows entries.</summary>
    /// <returns>0, or the one-based index of the first exactly zero pivot.</returns>
    public int Lu(in MatrixView a, int[] pivots)
    {
        ArgumentNullException.ThrowIfNull(pivots);
        Square(a, nameof(Lu));
        if (pivots.Length < a.Rows) throw new ArgumentException("Lu: pivots is too short.");
        return a.Rows == 0 ? 0 : LuCore(a, pivots);
    }

    /// <summary>X ← op(A)⁻¹·X from the factors made by <see cref="Lu"/>.</summary>
    public void LuSolve(Op op, in MatrixView lu, int[] pivots, in MatrixView x)
    {
        ArgumentNullException.ThrowIfNull(pivots);
        Fits(lu, x, nameof(LuSolve));
        if (x.Columns > 0 && x.Rows > 0) LuSolveCore(op, lu, pivots, x);
    }

    /// <summary>Eigenvalues of the symmetric A in <i>ascending</i> order; with <paramref name="vectors"/>, A ← the orthonormal eigenvectors in its
    /// columns. A is overwritten either way.</summary>
    /// <exception cref="ArgumentException">A is not square or has a NaN or infinite element (some eigensolvers hang on those).</exception>
    /// <exception cref="NumericalException">The iteration did not converge.</exception>
    public void SymmetricEigen(in MatrixView a, Span<double> values, bool vectors)
    {
        Square(a, nameof(SymmetricEigen));
        if (values.Length != a.Rows) throw new ArgumentException($"SymmetricEigen: {values.Length} values for order {a.Rows}.");
        Finite(a, nameof(SymmetricEigen));
        if (a.Rows > 0) SymmetricEigenCore(a, values, vectors);
    }

    /// <summary>Thin QR: A (m×n, m ≥ n) ← Q with orthonormal columns, <paramref name="r"/> (n×n) ← R upper triangular.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit, or A has a NaN or infinite element.</exception>
    public void Qr(in MatrixView a, in MatrixView r)
    {
        if (a.Rows < a.Columns || r.Rows != a.Columns || r.Columns != a.Columns)
            throw new ArgumentException($"Qr: A is {a.Rows}x{a.Columns} (rows must not be fewer than columns), R is {r.Rows}x{r.Columns}.");
        Finite(a, nameof(Qr));
        if (a.Columns > 0) QrCore(a, r);
    }

    /// <summary>Thin SVD A = U·diag(σ)·Vᵀ with σ descending, k = min(m, n): <paramref name="u"/> is m×k, <paramref name="vt"/> k×n. A is overwritten.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit, or A has a NaN or infinite element.</exception>
    /// <exception cref="NumericalException">The iteration did not converge.</exception>
    public void Svd(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt)
    {
        int k = Math.Min(a.Rows, a.Columns);
        if (sigma.Length != k || u.Rows != a.Rows || u.Columns != k || vt.Rows != k || vt.Columns != a.Columns)
            throw new ArgumentException($"Svd: A is {a.Rows}x{a.Columns}, U {u.Rows}x{u.Columns}, Vt {vt.Rows}x{vt.Columns}, {sigma.Length} singular values.");
        Finite(a, nameof(Svd));
        if (k > 0) SvdCore(a, sigma, u, vt);
    }

    /// <summary>Core of <see cref="Gemm"/>; shapes are checked and C is not empty.</summary>
    protected abstract void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c);

    /// <summary>Core of <see cref="Syrk"/>.</summary>
    protected abstract void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c);

    /// <summary>Core of <see cref="SymmetricProduct"/>.</summary>
    protected abstract void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c);

    /// <summary>Core of <see cref="AddTransposed"/>: this tool's own, since what libraries do for many columns, packing A first, costs more than so
    /// few.</summary>
    protected virtual void AddTransposedCore(in MatrixView a, in MatrixView x, ReadOnlySpan<double> factors, in MatrixView y) =>
        KernelFlow.Numerics.Managed.ColumnProducts.Run(a, x, factors, y, Spare);

    /// <summary>Core of <see cref="AddTransposedSums"/>: this tool's own, too.</summary>
    protected virtual void AddTransposedSumsCore(MatrixView[] terms, double[] weights, in MatrixView x, in MatrixView y) =>
        KernelFlow.Numerics.Managed.ColumnProducts.RunSums(terms, weights, x, y, Spare);

    /// <summary>Core of <see cref="Cholesky"/>.</summary>
    protected abstract int CholeskyCore(in MatrixView a);

    /// <summary>Core of <see cref="CholeskySolve"/>.</summary>
    protected abstract void CholeskySolveCore(in MatrixView factor, in MatrixView x);

    /// <summary>Core of <see cref="CholeskyInverse"/>.</summary>
    protected abstract void CholeskyInverseCore(in MatrixView factor);

    /// <summary>Core of <see cref="Lu"/>.</summary>
    protected abstract int LuCore(in MatrixView a, int[] pivots);

    /// <summary>Core of <see cref="LuSolve"/>.</summary>
    protected abstract void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x);

    /// <summary>Core of <see cref="SymmetricEigen"/>.</summary>
    protected abstract void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors);

    /// <summary>Core of <see cref="Qr"/>.</summary>
    protected abstract void QrCore(in MatrixView a, in MatrixView r);

    /// <summary>Core of <see cref="Svd"/>.</summary>
    protected abstract void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt);

    private static (int Rows, int Columns) Shape(Op op, in MatrixView a) => op == Op.None ? (a.Rows, a.Columns) : (a.Columns, a.Rows);

    private static void Square(in MatrixView a, string what)
    {
        if (a.Rows != a.Columns) throw new ArgumentException($"{what}: the matrix is {a.Rows}x{a.Columns}, not square.");
    }

    private static void Fits(in MatrixView factor, in MatrixView x, string what)
    {
        Square(factor, what);
        if (x.Rows != factor.Rows) throw new ArgumentException($"{what}: the factor has order {factor.Rows}, the right-hand side {x.Rows} rows.");
    }

    private static void Finite(in MatrixView a, string what)
    {
        for (int j = 0; j < a.Columns; j++)
        {
            var column = a.Column(j);
            for (int i = 0; i < column.Length; i++)
                if (!double.IsFinite(column[i])) throw new ArgumentException($"{what}: element ({i},{j}) is {column[i]}.");
        }
    }
}
