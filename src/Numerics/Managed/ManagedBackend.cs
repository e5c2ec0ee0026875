using KernelFlow.Numerics.Registration;
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
        BlockTranspose.MirrorLower(c, Spare);
    }

    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        _gemm.Run(Op.Transpose, Op.None, alpha, a, b, beta, c, lower: true);
        BlockTranspose.MirrorLower(c, Spare);
    }

    protected override int CholeskyCore(in MatrixView a) => CholeskyFactorization.Factor(_gemm, a);

    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x) => CholeskyFactorization.Solve(_gemm, factor, x);

    protected override void CholeskyInverseCore(in MatrixView factor) => CholeskyFactorization.Inverse(_gemm, factor);

    protected override int LuCore(in MatrixView a, int[] pivots) => LuFactorization.Factor(_gemm, a, pivots.AsSpan(0, a.Rows));

    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x) =>
        LuFactorization.Solve(_gemm, op, lu, pivots.AsSpan(0, lu.Rows), x);

    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors) =>
        ProviderSpectra.SymmetricEigen(MathNetManaged, a, values, vectors);

    protected override void QrCore(in MatrixView a, in MatrixView r) => HouseholderQr.Run(_gemm, a, r);

    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt) =>
        ProviderSpectra.Svd(MathNetManaged, this, a, sigma, u, vt);
}
