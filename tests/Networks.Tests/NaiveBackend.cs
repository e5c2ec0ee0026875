using KernelFlow.Numerics;

namespace KernelFlow.Networks.Tests;

/// <summary>Triple-loop products, independent of every production kernel.</summary>
internal sealed class NaiveBackend : Backend
{
    public override string Name => "naive";
    public override string Core => "scalar";
    public override int Threads => 1;

    protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c)
    {
        int inner = opA == Op.None ? a.Columns : a.Rows;
        for (int j = 0; j < c.Columns; j++)
            for (int i = 0; i < c.Rows; i++)
            {
                double sum = 0;
                for (int k = 0; k < inner; k++)
                    sum += (opA == Op.None ? a[i, k] : a[k, i]) * (opB == Op.None ? b[k, j] : b[j, k]);
                c[i, j] = alpha * sum + (beta == 0 ? 0 : beta * c[i, j]);
            }
    }

    protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c) =>
        GemmCore(op, op == Op.None ? Op.Transpose : Op.None, alpha, a, a, beta, c);
    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) => GemmCore(Op.Transpose, Op.None, alpha, a, b, beta, c);
    protected override int CholeskyCore(in MatrixView a) => throw new NotSupportedException();
    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x) => throw new NotSupportedException();
    protected override void CholeskyInverseCore(in MatrixView factor) => throw new NotSupportedException();
    protected override int LuCore(in MatrixView a, int[] pivots) => throw new NotSupportedException();
    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x) => throw new NotSupportedException();
    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors) => throw new NotSupportedException();
    protected override void QrCore(in MatrixView a, in MatrixView r) => throw new NotSupportedException();
    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt) => throw new NotSupportedException();
}
