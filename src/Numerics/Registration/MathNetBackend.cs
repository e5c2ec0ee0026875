using KernelFlow.Numerics.Managed;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics.Registration;

/// <summary>Products and factorizations by a provider of MathNet.Numerics: its managed one, or MKL, OpenBLAS or CUDA behind it.</summary>
/// <remarks>
/// A provider knows whole arrays only, so windows into larger arrays are copied. It has no symmetric products, inverses from Cholesky factors or
/// transposed solves: the first are general products, the second solves, the third is managed code. The provider is that of the moment when the backend
/// was made: registering this backend with MathNet afterwards does not lead back to it.
/// </remarks>
internal sealed class MathNetBackend : Backend
{
    private static readonly ThreadBudget s_none = new(0);

    private readonly ILinearAlgebraProvider _provider;
    private readonly PackedGemm _managed = new(TileProduct.Best, s_none);

    public MathNetBackend(ILinearAlgebraProvider provider, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _provider = provider;
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
    }

    public override string Name => $"MathNet.Numerics, provider {_provider}";

    public override string Core => "chosen by the provider";

    public override int Threads { get; }

    public override IReadOnlyList<RoutineCheck> Checks => ProvenProvider.Of(_provider).Done;

    protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        if (a.Rows == 0 || a.Columns == 0)
        {
            Scale(c, beta);
            return;
        }
        var result = new WholeArray(c);
        // A provider may multiply what is there by zero; NaN would stay.
        if (beta == 0) Array.Clear(result.Values);
        _provider.MatrixMultiplyWithUpdate(Transposed(opA), Transposed(opB), alpha, new WholeArray(a).Values, a.Rows, a.Columns,
            new WholeArray(b).Values, b.Rows, b.Columns, beta, result.Values);
        result.CopyTo(c);
    }

    protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c)
    {
        GemmCore(op, op == Op.None ? Op.Transpose : Op.None, alpha, a, a, beta, c);
        BlockTranspose.MirrorLower(c, Spare);
    }

    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        GemmCore(Op.Transpose, Op.None, alpha, a, b, beta, c);
        BlockTranspose.MirrorLower(c, Spare);
    }

    protected override int CholeskyCore(in MatrixView a)
    {
        int n = a.Rows;
        double[] factor = a.ToMatrix().Values;
        try
        {
            _provider.CholeskyFactor(factor, n);
        }
        catch (ArgumentException)
        {
            // The provider says that there is no factor, not where it ends; the managed code knows.
            return CholeskyFactorization.Factor(_managed, a);
        }
        for (int j = 0; j < n; j++)
        {
            double pivot = factor[j * n + j];
            if (!(pivot > 0) || double.IsInfinity(pivot)) return j + 1;
        }
        for (int j = 0; j < n; j++) factor.AsSpan(j * n + j, n - j).CopyTo(a.Column(j)[j..]);
        return 0;
    }

    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x)
    {
        var result = new WholeArray(x);
        _provider.CholeskySolveFactored(new WholeArray(factor).Values, factor.Rows, result.Values, x.Columns);
        result.CopyTo(x);
    }

    protected override void CholeskyInverseCore(in MatrixView factor)
    {
        int n = factor.Rows;
        for (int i = 0; i < n; i++)
            if (factor[i, i] == 0) throw new NumericalException($"CholeskyInverse: diagonal element {i} of the factor is zero.");
        MatrixView inverse = new(new double[ArraySize.Of(n, n)], n, n);
        for (int i = 0; i < n; i++) inverse[i, i] = 1;
        CholeskySolveCore(factor, inverse);
        inverse.CopyTo(factor);
        BlockTranspose.MirrorLower(factor, Spare);
    }

    protected override int LuCore(in MatrixView a, int[] pivots)
    {
        int n = a.Rows;
        var factors = new WholeArray(a);
        var swaps = new int[n];
        _provider.LUFactor(factors.Values, n, swaps);
        factors.CopyTo(a);
        swaps.CopyTo(pivots, 0);
        for (int i = 0; i < n; i++)
            if (a[i, i] == 0) return i + 1;
        return 0;
    }

    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x)
    {
        var swaps = pivots.AsSpan(0, lu.Rows);
        if (op == Op.Transpose)
        {
            LuFactorization.Solve(_managed, op, lu, swaps, x);
            return;
        }
        var result = new WholeArray(x);
        _provider.LUSolveFactored(x.Columns, new WholeArray(lu).Values, lu.Rows, swaps.ToArray(), result.Values);
        result.CopyTo(x);
    }

    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors) =>
        ProviderSpectra.SymmetricEigen(_provider, a, values, vectors);

    protected override void QrCore(in MatrixView a, in MatrixView r)
    {
        // MathNet's managed reflections square what they see.
        int n = a.Columns;
        double scale = UnitScale.Of(a);
        Scale(a, scale);
        WholeArray q = new(a), triangle = new(r);
        _provider.ThinQRFactor(q.Values, a.Rows, n, triangle.Values, new double[n]);
        q.CopyTo(a);
        triangle.CopyTo(r);
        Scale(r, 1 / scale);
        for (int j = 0; j < n; j++) r.Column(j)[(j + 1)..].Clear();
    }

    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt) =>
        ProviderSpectra.Svd(_provider, this, a, sigma, u, vt);

    private static void Scale(in MatrixView c, double factor)
    {
        for (int j = 0; j < c.Columns; j++)
            foreach (ref double x in c.Column(j)) x = factor == 0 ? 0 : factor * x;
    }

    private static Transpose Transposed(Op op) => op == Op.None ? Transpose.DontTranspose : Transpose.Transpose;

    /// <summary>A matrix as an array of exactly its elements: its own array where that is so, otherwise a copy.</summary>
    private readonly struct WholeArray
    {
        private readonly bool _own;

        public WholeArray(in MatrixView a)
        {
            int size = ArraySize.Of(a.Rows, a.Columns);
            _own = a.Offset == 0 && a.LeadingDimension == a.Rows && a.Array.Length == size;
            Values = _own ? a.Array : a.ToMatrix().Values;
        }

        public double[] Values { get; }

        /// <summary>Brings a result to where it belongs.</summary>
        public void CopyTo(in MatrixView a)
        {
            if (!_own) new MatrixView(Values, a.Rows, a.Columns).CopyTo(a);
        }
    }
}
