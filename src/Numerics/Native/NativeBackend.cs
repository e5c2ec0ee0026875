using System.Buffers;
using KernelFlow.Numerics.Managed;

namespace KernelFlow.Numerics.Native;

/// <summary>The routines of a native BLAS/LAPACK.</summary>
internal sealed unsafe class NativeBackend : Backend
{
    // Below this many operations (a product of order 500) two threads are slower than one.
    private const double ParallelWork = 2.5e8;

    private const int PanelColumns = 192;

    // Up to this order OpenBLAS' triangular solves run at half the rate of the managed ones (12 against 25 GF/s at N = 100, AVX-512).
    private const int ManagedSolveOrder = 600;

    private static readonly ThreadBudget s_none = new(0);

    private readonly BlasLibrary _blas;
    private readonly double _parallelWork;
    private readonly int _managedSolveOrder;
    private readonly PackedGemm _small = new(TileProduct.Best, s_none);

    public NativeBackend(BlasLibrary blas, int threads, IReadOnlyList<BackendFinding>? refused = null) : this(blas, threads, ParallelWork, ManagedSolveOrder) =>
        Refused = refused ?? [];

    private NativeBackend(BlasLibrary blas, int threads, double parallelWork, int managedSolveOrder)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _blas = blas;
        _parallelWork = parallelWork;
        _managedSolveOrder = managedSolveOrder;
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
    }

    /// <summary>The library at every order, with as many threads as are allowed however small the work is: for its checks.</summary>
    public static NativeBackend Everywhere(BlasLibrary blas, int threads) => new(blas, threads, parallelWork: 0, managedSolveOrder: 0);

    public override string Name => _blas.Name;

    public override string Core => _blas.Core;

    public override int Threads { get; }

    public override string? Warning => _blas.Warning;

    public override IReadOnlyList<RoutineCheck> Checks => _blas.Checks;

    public override IReadOnlyList<BackendFinding> Refused { get; } = [];

    protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        int k = opA == Op.None ? a.Columns : a.Rows;
        using var call = Enter(2.0 * c.Rows * c.Columns * k);
        Gemm(Letter(opA), Letter(opB), k, alpha, a, b, beta, c);
    }

    protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c)
    {
        byte lower = (byte)'L', trans = Letter(op);
        int n = c.Rows, k = op == Op.None ? a.Columns : a.Rows, lda = a.LeadingDimension, ldc = c.LeadingDimension;
        using (Enter((double)n * n * k))
        fixed (double* pa = a.Array, pc = c.Array)
            _blas.Dsyrk(&lower, &trans, &n, &k, &alpha, pa + a.Offset, &lda, &beta, pc + c.Offset, &ldc, 1, 1);
        BlockTranspose.MirrorLower(c, Spare);
    }

    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        byte lower = (byte)'L', t = (byte)'T', none = (byte)'N';
        int n = c.Rows, k = a.Rows, lda = a.LeadingDimension, ldb = b.LeadingDimension, ldc = c.LeadingDimension;
        using (Enter((double)n * n * k))
        {
            if (_blas.Dgemmt != null)
            {
                fixed (double* pa = a.Array, pb = b.Array, pc = c.Array)
                    _blas.Dgemmt(&lower, &t, &none, &n, &k, &alpha, pa + a.Offset, &lda, pb + b.Offset, &ldb, &beta, pc + c.Offset, &ldc, 1, 1, 1);
            }
            else
            {
                // Panels from the diagonal down; what they write above the diagonal is overwritten by the mirror image.
                for (int j = 0; j < n; j += PanelColumns)
                {
                    int width = Math.Min(PanelColumns, n - j);
                    Gemm(t, none, k, alpha, a.ColumnRange(j, n - j), b.ColumnRange(j, width), beta, c.Slice(j, j, n - j, width));
                }
            }
        }
        BlockTranspose.MirrorLower(c, Spare);
    }

    protected override int CholeskyCore(in MatrixView a)
    {
        byte lower = (byte)'L';
        int n = a.Rows, lda = a.LeadingDimension, info = 0;
        using var call = Enter(Math.Pow(n, 3) / 3);
        fixed (double* pa = a.Array) _blas.Dpotrf(&lower, &n, pa + a.Offset, &lda, &info, 1);
        Legal("dpotrf", info);

        // Some libraries compare the pivot with <= 0 and let NaN pass.
        for (int i = 0; i < (info > 0 ? info - 1 : n); i++)
        {
            if (!(a[i, i] > 0) || double.IsInfinity(a[i, i])) return i + 1;
        }
        return info;
    }

    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x)
    {
        if (factor.Rows <= _managedSolveOrder)
        {
            CholeskyFactorization.Solve(_small, factor, x);
            return;
        }
        byte lower = (byte)'L';
        int n = factor.Rows, columns = x.Columns, lda = factor.LeadingDimension, ldx = x.LeadingDimension, info = 0;
        using var call = Enter(2.0 * n * n * columns);
        fixed (double* pf = factor.Array, px = x.Array) _blas.Dpotrs(&lower, &n, &columns, pf + factor.Offset, &lda, px + x.Offset, &ldx, &info, 1);
        Legal("dpotrs", info);
    }

    protected override void CholeskyInverseCore(in MatrixView factor)
    {
        if (factor.Rows <= _managedSolveOrder)
        {
            for (int i = 0; i < factor.Rows; i++)
                if (factor[i, i] == 0) throw new NumericalException($"CholeskyInverse: diagonal element {i} of the factor is zero.");
            CholeskyFactorization.Inverse(_small, factor);
            return;
        }
        byte lower = (byte)'L';
        int n = factor.Rows, lda = factor.LeadingDimension, info = 0;
        using (Enter(2 * Math.Pow(n, 3) / 3))
        fixed (double* pf = factor.Array) _blas.Dpotri(&lower, &n, pf + factor.Offset, &lda, &info, 1);
        Legal("dpotri", info);
        if (info > 0) throw new NumericalException($"CholeskyInverse: diagonal element {info - 1} of the factor is zero.");
        BlockTranspose.MirrorLower(factor, Spare);
    }

    protected override int LuCore(in MatrixView a, int[] pivots)
    {
        int n = a.Rows, lda = a.LeadingDimension, info = 0;
        using var call = Enter(2 * Math.Pow(n, 3) / 3);
        fixed (double* pa = a.Array)
        fixed (int* p = pivots) _blas.Dgetrf(&n, &n, pa + a.Offset, &lda, p, &info);
        Legal("dgetrf", info);
        for (int i = 0; i < n; i++) pivots[i]--;
        return info;
    }

    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x)
    {
        if (lu.Rows <= _managedSolveOrder)
        {
            LuFactorization.Solve(_small, op, lu, pivots.AsSpan(0, lu.Rows), x);
            return;
        }
        byte trans = Letter(op);
        int n = lu.Rows, columns = x.Columns, lda = lu.LeadingDimension, ldx = x.LeadingDimension, info = 0;
        int[] oneBased = ArrayPool<int>.Shared.Rent(n);
        for (int i = 0; i < n; i++) oneBased[i] = pivots[i] + 1;
        using var call = Enter(2.0 * n * n * columns);
        fixed (double* pa = lu.Array, px = x.Array)
        fixed (int* p = oneBased) _blas.Dgetrs(&trans, &n, &columns, pa + lu.Offset, &lda, p, px + x.Offset, &ldx, &info, 1);
        ArrayPool<int>.Shared.Return(oneBased);
        Legal("dgetrs", info);
    }

    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors)
    {
        byte job = (byte)(vectors ? 'V' : 'N'), lower = (byte)'L';
        int n = a.Rows, lda = a.LeadingDimension, info = 0, query = -1, integers = 0;
        double length = 0;
        fixed (double* pa = a.Array, pv = values)
        {
            _blas.Dsyevd(&job, &lower, &n, pa + a.Offset, &lda, pv, &length, &query, &integers, &query, &info, 1, 1);
            Legal("dsyevd", info);
            int lwork = Length(length), liwork = Math.Max(1, integers);
            double[] work = ArrayPool<double>.Shared.Rent(lwork);
            int[] iwork = ArrayPool<int>.Shared.Rent(liwork);
            using var call = Enter(4 * Math.Pow(n, 3) / 3);
            fixed (double* w = work)
            fixed (int* iw = iwork) _blas.Dsyevd(&job, &lower, &n, pa + a.Offset, &lda, pv, w, &lwork, iw, &liwork, &info, 1, 1);
            ArrayPool<double>.Shared.Return(work);
            ArrayPool<int>.Shared.Return(iwork);
        }
        Legal("dsyevd", info);
        if (info > 0) throw new NumericalException($"SymmetricEigen: dsyevd of {Name} did not converge for order {n} (info {info}).");
    }

    protected override void QrCore(in MatrixView a, in MatrixView r)
    {
        int m = a.Rows, n = a.Columns, lda = a.LeadingDimension, info = 0, query = -1;
        double lengthQr = 0, lengthQ = 0;
        double[] tau = ArrayPool<double>.Shared.Rent(n);
        fixed (double* pa = a.Array, pt = tau)
        {
            _blas.Dgeqrf(&m, &n, pa + a.Offset, &lda, pt, &lengthQr, &query, &info);
            Legal("dgeqrf", info);
            _blas.Dorgqr(&m, &n, &n, pa + a.Offset, &lda, pt, &lengthQ, &query, &info);
            Legal("dorgqr", info);
            int lwork = Length(Math.Max(lengthQr, lengthQ));
            double[] work = ArrayPool<double>.Shared.Rent(lwork);
            using var call = Enter(4.0 * m * n * n);
            fixed (double* w = work)
            {
                _blas.Dgeqrf(&m, &n, pa + a.Offset, &lda, pt, w, &lwork, &info);
                for (int j = 0; j < n; j++)
                {
                    for (int i = 0; i < n; i++) r[i, j] = i <= j ? a[i, j] : 0;
                }
                _blas.Dorgqr(&m, &n, &n, pa + a.Offset, &lda, pt, w, &lwork, &info);
            }
            ArrayPool<double>.Shared.Return(work);
        }
        ArrayPool<double>.Shared.Return(tau);
    }

    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt)
    {
        byte job = (byte)'S';
        int m = a.Rows, n = a.Columns, k = sigma.Length, lda = a.LeadingDimension, ldu = u.LeadingDimension, ldvt = vt.LeadingDimension, info = 0, query = -1;
        double length = 0;
        int[] iwork = ArrayPool<int>.Shared.Rent(8 * k);
        fixed (double* pa = a.Array, ps = sigma, pu = u.Array, pv = vt.Array)
        fixed (int* iw = iwork)
        {
            _blas.Dgesdd(&job, &m, &n, pa + a.Offset, &lda, ps, pu + u.Offset, &ldu, pv + vt.Offset, &ldvt, &length, &query, iw, &info, 1);
            Legal("dgesdd", info);
            int lwork = Length(length);
            double[] work = ArrayPool<double>.Shared.Rent(lwork);
            using var call = Enter(8.0 * m * n * k);
            fixed (double* w = work) _blas.Dgesdd(&job, &m, &n, pa + a.Offset, &lda, ps, pu + u.Offset, &ldu, pv + vt.Offset, &ldvt, w, &lwork, iw, &info, 1);
            ArrayPool<double>.Shared.Return(work);
        }
        ArrayPool<int>.Shared.Return(iwork);
        Legal("dgesdd", info);
        if (info > 0) throw new NumericalException($"Svd: dgesdd of {Name} did not converge for {m}x{n} (info {info}).");
    }

    private void Gemm(byte transA, byte transB, int k, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        int m = c.Rows, n = c.Columns, lda = a.LeadingDimension, ldb = b.LeadingDimension, ldc = c.LeadingDimension;
        fixed (double* pa = a.Array, pb = b.Array, pc = c.Array)
            _blas.Dgemm(&transA, &transB, &m, &n, &k, &alpha, pa + a.Offset, &lda, pb + b.Offset, &ldb, &beta, pc + c.Offset, &ldc, 1, 1);
    }

    private ThreadGate.Call Enter(double work) => _blas.Gate.Enter(work >= _parallelWork ? Spare.Take(Spare.Capacity) : default);

    private static byte Letter(Op op) => op == Op.None ? (byte)'N' : (byte)'T';

    private static int Length(double reported)
    {
        if (reported > Array.MaxLength)
            throw new NumericalException(FormattableString.Invariant($"LAPACK wants a workspace of {reported:g3} elements; the matrix is too large."));
        return Math.Max(1, (int)reported);
    }

    private void Legal(string routine, int info)
    {
        if (info < 0) throw new InvalidOperationException($"{routine} of {Name} refused argument {-info}.");
    }
}
