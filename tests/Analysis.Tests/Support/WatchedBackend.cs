using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Tests.Support;

/// <summary>The managed routines on one thread each, under a backend that says it may use several; counts how many threads compute at once, those that were
/// taken from <see cref="Backend.Spare"/> and do something else included.</summary>
internal sealed class WatchedBackend(int threads) : Backend
{
    private readonly Backend _inner = Managed(1);
    private readonly Lock _lock = new();
    private int _inside;

    /// <summary>The most calls that were inside at once.</summary>
    public int Most { get; private set; }

    /// <summary>The largest matrix that was given to a product or a decomposition, in numbers.</summary>
    public long Largest { get; private set; }

    /// <summary>All calls.</summary>
    public int Calls { get; private set; }

    public override string Name => "watched";

    public override string Core => "managed";

    public override int Threads => threads;

    protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        using var inside = Enter(a, b, c);
        _inner.Gemm(opA, opB, alpha, a, b, beta, c);
    }

    protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c)
    {
        using var inside = Enter(a, c);
        _inner.Syrk(op, alpha, a, beta, c);
    }

    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        using var inside = Enter(a, b, c);
        _inner.SymmetricProduct(alpha, a, b, beta, c);
    }

    protected override int CholeskyCore(in MatrixView a)
    {
        using var inside = Enter(a);
        return _inner.Cholesky(a);
    }

    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x)
    {
        using var inside = Enter(factor, x);
        _inner.CholeskySolve(factor, x);
    }

    protected override void CholeskyInverseCore(in MatrixView factor)
    {
        using var inside = Enter(factor);
        _inner.CholeskyInverse(factor);
    }

    protected override int LuCore(in MatrixView a, int[] pivots)
    {
        using var inside = Enter(a);
        return _inner.Lu(a, pivots);
    }

    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x)
    {
        using var inside = Enter(lu, x);
        _inner.LuSolve(op, lu, pivots, x);
    }

    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors)
    {
        using var inside = Enter(a);
        _inner.SymmetricEigen(a, values, vectors);
    }

    protected override void QrCore(in MatrixView a, in MatrixView r)
    {
        using var inside = Enter(a, r);
        _inner.Qr(a, r);
    }

    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt)
    {
        using var inside = Enter(a, u, vt);
        _inner.Svd(a, sigma, u, vt);
    }

    private Inside Enter(in MatrixView a) => Enter((long)a.Rows * a.Columns);

    private Inside Enter(in MatrixView a, in MatrixView b) => Enter(Math.Max((long)a.Rows * a.Columns, (long)b.Rows * b.Columns));

    private Inside Enter(in MatrixView a, in MatrixView b, in MatrixView c) =>
        Enter(Math.Max(Math.Max((long)a.Rows * a.Columns, (long)b.Rows * b.Columns), (long)c.Rows * c.Columns));

    private Inside Enter(long numbers)
    {
        lock (_lock)
        {
            Calls++;
            Largest = Math.Max(Largest, numbers);
            Most = Math.Max(Most, ++_inside);
        }
        return new Inside(this);
    }

    private readonly struct Inside(WatchedBackend owner) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._lock) owner._inside--;
        }
    }
}
