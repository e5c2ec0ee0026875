using KernelFlow.Numerics.Managed;

namespace KernelFlow.Numerics.Tests;

/// <summary>A backend whose first calls are late, as where code is compiled first or another program runs.</summary>
internal sealed class LateBackend(ManagedBackend inner, int late) : Backend
{
    private int _products;

    public override string Name => "late";

    public override string Core => inner.Core;

    public override int Threads => 1;

    protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        if (_products++ < late) Thread.Sleep(100);
        inner.Gemm(opA, opB, alpha, a, b, beta, c);
    }

    protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c) => inner.Syrk(op, alpha, a, beta, c);

    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) =>
        inner.SymmetricProduct(alpha, a, b, beta, c);

    protected override int CholeskyCore(in MatrixView a) => inner.Cholesky(a);

    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x) => inner.CholeskySolve(factor, x);

    protected override void CholeskyInverseCore(in MatrixView factor) => inner.CholeskyInverse(factor);

    protected override int LuCore(in MatrixView a, int[] pivots) => inner.Lu(a, pivots);

    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x) => inner.LuSolve(op, lu, pivots, x);

    protected override void QrCore(in MatrixView a, in MatrixView r) => inner.Qr(a, r);

    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors) => inner.SymmetricEigen(a, values, vectors);

    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt) => inner.Svd(a, sigma, u, vt);
}
