using KernelFlow.Numerics;
using System.Numerics;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics.Managed;

/// <summary>The fallback that always works: products, solves and QR in C# with SIMD, eigenvalues and singular values by MathNet's managed code.</summary>
internal sealed class ManagedBackend : Backend
{
    private readonly PackedGemm _gemm;

    // By name, not through MathNet's matrices: those use whatever provider is registered, which may be this backend.
    private static ManagedLinearAlgebraProvider MathNetManaged => ManagedLinearAlgebraProvider.Instance;

    public ManagedBackend(TileProduct product, int threads, IReadOnlyList<BackendFinding>? refused = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
        _gemm = new PackedGemm(product, Spare);
        Refused = refused ?? [];
    }

    public override string Name => "managed";

    public override string Core => _gemm.Product.Name;

    public override int Threads { get; }

    public override IReadOnlyList<BackendFinding> Refused { get; }

    protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) =>
        _gemm.Run(opA, opB, alpha, a, b, beta, c);

    protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c)
    {
        _gemm.Run(op, op == Op.None ? Op.Transpose : Op.None, alpha, a, a, beta, c, lower: true);
        BlockTranspose.MirrorLower(c);
    }

    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        _gemm.Run(Op.Transpose, Op.None, alpha, a, b, beta, c, lower: true);
        BlockTranspose.MirrorLower(c);
    }

    protected override int CholeskyCore(in MatrixView a) => CholeskyFactorization.Factor(_gemm, a);

    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x) => CholeskyFactorization.Solve(_gemm, factor, x);

    protected override void CholeskyInverseCore(in MatrixView factor) => CholeskyFactorization.Inverse(_gemm, factor);

    protected override int LuCore(in MatrixView a, int[] pivots) => LuFactorization.Factor(_gemm, a, pivots.AsSpan(0, a.Rows));

    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x) =>
        LuFactorization.Solve(_gemm, op, lu, pivots.AsSpan(0, lu.Rows), x);

    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors)
    {
        int n = values.Length;
        // What MathNet decides, it decides by absolute comparisons, which are right for numbers of unit size only.
        double scale = UnitScale.Of(a);
        var (matrix, basis, eigenvalues) = (a.ToMatrix(), New(n, n), new Complex[n]);
        VectorRoutines.Scale(scale, matrix.Values, matrix.Values);
        Converged("symmetric eigenvalues", a,
            () => MathNetManaged.EigenDecomp(true, n, matrix.Values, basis.Array, eigenvalues, new double[ArraySize.Of(n, n)]));
        for (int i = 0; i < n; i++) values[i] = eigenvalues[i].Real / scale;
        if (vectors) basis.CopyTo(a);
    }

    protected override void QrCore(in MatrixView a, in MatrixView r) => HouseholderQr.Run(_gemm, a, r);

    // MathNet makes full factors of rectangular matrices (m×m for a tall one), so only the triangular factor of a QR goes there.
    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt)
    {
        int k = sigma.Length;
        if (a.Rows == a.Columns)
        {
            SquareSvd(a, sigma, u, vt);
            return;
        }
        bool tall = a.Rows > a.Columns;
        MatrixView q = tall ? a : Transposed(a), r = New(k, k), left = New(k, k), right = tall ? vt : New(k, k);
        HouseholderQr.Run(_gemm, q, r);
        SquareSvd(r, sigma, left, right);
        if (tall)
        {
            _gemm.Run(Op.None, Op.None, 1, q, left, 0, u);
            return;
        }

        // Aᵀ = Q·(L·Σ·R), hence A = Rᵀ·Σ·(Q·L)ᵀ.
        _gemm.Run(Op.Transpose, Op.Transpose, 1, left, q, 0, vt);
        Transposed(right).CopyTo(u);
    }

    private static void SquareSvd(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt)
    {
        int n = a.Rows;
        double scale = UnitScale.Of(a);
        var (matrix, s, left, right) = (a.ToMatrix(), new double[n], New(n, n), New(n, n));
        VectorRoutines.Scale(scale, matrix.Values, matrix.Values);
        Converged("singular values", a, () => MathNetManaged.SingularValueDecomposition(true, matrix.Values, n, n, s, left.Array, right.Array));
        VectorRoutines.Scale(1 / scale, s, sigma);
        left.CopyTo(u);
        right.CopyTo(vt);
    }

    private static MatrixView New(int rows, int columns) => new(new double[ArraySize.Of(rows, columns)], rows, columns);

    private static MatrixView Transposed(in MatrixView a) => (DenseMatrix)a.ToMatrix().Transpose();

    private static void Converged(string what, in MatrixView a, Action compute)
    {
        try
        {
            compute();
        }
        catch (NonConvergenceException failure)
        {
            throw new NumericalException($"The managed iteration for {what} of a {a.Rows}x{a.Columns} matrix did not converge.", failure);
        }
    }
}
