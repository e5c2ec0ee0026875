using System.Diagnostics;
using KernelFlow.Numerics;

namespace KernelFlow.WorkPrecision;

/// <summary>What calls of one dense kernel cost together.</summary>
internal sealed class KernelTotals
{
    public long Calls { get; set; }

    public double Flops { get; set; }

    public double Seconds { get; set; }
}

/// <summary>Another backend with every call counted: nominal flops (those of the textbook algorithm) and time.</summary>
/// <remarks>
/// C ← AB 2mnk; products known to be symmetric n²k; Cholesky n³/3, its inverse 2n³/3, LU 2n³/3, solves 2n² per right-hand side;
/// eigenvalues 4n³/3, with eigenvectors 9n³ (reduction, divide and conquer, back-transformation).
/// </remarks>
/// <param name="inner">Computes.</param>
/// <param name="counted">Told of every call: the kernel, its flops and its seconds; called from the thread that computes.</param>
internal sealed class CountingBackend(Backend inner, Action<string, double, double>? counted = null) : Backend
{
    private readonly SortedDictionary<string, KernelTotals> _totals = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, KernelTotals> Totals => _totals;

    public double Flops => _totals.Values.Sum(t => t.Flops);

    /// <summary>Matrices of order N that were decomposed: Cholesky, LU or eigenvectors.</summary>
    public long Factorizations => Of("cholesky").Calls + Of("lu").Calls + Of("eigenvectors").Calls;

    public override string Name => inner.Name;

    public override string Core => inner.Core;

    public override int Threads => inner.Threads;

    protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Gemm(opA, opB, alpha, a, b, beta, c);
        Add(Math.Min(c.Columns, c.Rows) < 64 ? "product, few columns" : "product", 2.0 * c.Rows * c.Columns * (opA == Op.None ? a.Columns : a.Rows), start);
    }

    protected override void AddTransposedCore(in MatrixView a, in MatrixView x, ReadOnlySpan<double> factors, in MatrixView y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.AddTransposed(a, x, factors, y);
        Add("product, few columns", 2.0 * a.Rows * a.Columns * x.Columns, start);
    }

    protected override void AddTransposedSumsCore(MatrixView[] terms, double[] weights, in MatrixView x, in MatrixView y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.AddTransposedSums(terms, weights, x, y);
        // Columns that are multiplied, and numbers of the sums that are formed.
        Add("product, few columns", 2.0 * x.Rows * y.Rows * (x.Columns + weights.Length), start);
    }

    protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Syrk(op, alpha, a, beta, c);
        Add("symmetric product", (double)c.Rows * c.Rows * (op == Op.None ? a.Columns : a.Rows), start);
    }

    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        long start = Stopwatch.GetTimestamp();
        inner.SymmetricProduct(alpha, a, b, beta, c);
        Add("symmetric product", (double)c.Rows * c.Rows * a.Rows, start);
    }

    protected override int CholeskyCore(in MatrixView a)
    {
        long start = Stopwatch.GetTimestamp();
        int info = inner.Cholesky(a);
        Add("cholesky", Math.Pow(a.Rows, 3) / 3, start);
        return info;
    }

    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x)
    {
        long start = Stopwatch.GetTimestamp();
        inner.CholeskySolve(factor, x);
        Add("cholesky solve", 2.0 * x.Rows * x.Rows * x.Columns, start);
    }

    protected override void CholeskyInverseCore(in MatrixView factor)
    {
        long start = Stopwatch.GetTimestamp();
        inner.CholeskyInverse(factor);
        Add("cholesky inverse", 2 * Math.Pow(factor.Rows, 3) / 3, start);
    }

    protected override int LuCore(in MatrixView a, int[] pivots)
    {
        long start = Stopwatch.GetTimestamp();
        int info = inner.Lu(a, pivots);
        Add("lu", 2 * Math.Pow(a.Rows, 3) / 3, start);
        return info;
    }

    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x)
    {
        long start = Stopwatch.GetTimestamp();
        inner.LuSolve(op, lu, pivots, x);
        Add("lu solve", 2.0 * x.Rows * x.Rows * x.Columns, start);
    }

    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors)
    {
        long start = Stopwatch.GetTimestamp();
        inner.SymmetricEigen(a, values, vectors);
        Add(vectors ? "eigenvectors" : "eigenvalues", (vectors ? 9 : 4.0 / 3) * Math.Pow(a.Rows, 3), start);
    }

    protected override void QrCore(in MatrixView a, in MatrixView r)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Qr(a, r);
        Add("qr", 4.0 * a.Rows * a.Columns * a.Columns, start);
    }

    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Svd(a, sigma, u, vt);
        Add("svd", 8.0 * a.Rows * a.Columns * sigma.Length, start);
    }

    private KernelTotals Of(string kernel) => _totals.GetValueOrDefault(kernel) ?? new KernelTotals();

    private void Add(string kernel, double flops, long start)
    {
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        counted?.Invoke(kernel, flops, seconds);
        lock (_totals)
        {
            if (!_totals.TryGetValue(kernel, out var totals)) _totals[kernel] = totals = new KernelTotals();
            totals.Calls++;
            totals.Flops += flops;
            totals.Seconds += seconds;
        }
    }
}
