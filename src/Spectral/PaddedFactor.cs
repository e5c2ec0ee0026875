using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Spectral;

/// <summary>A wide F (L &lt; N) with zero rows added, so that it has N singular values: the last N − L of them belong to its null space.</summary>
internal sealed class PaddedFactor(LinearOperator f) : LinearOperator(f.Columns, f.Columns, isSymmetric: false)
{
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        y.Slice(f.Rows, 0, Rows - f.Rows, y.Columns).Fill(0);
        f.Apply(x, y.Slice(0, 0, f.Rows, y.Columns));
    }

    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x) => f.ApplyTranspose(y.Slice(0, 0, f.Rows, y.Columns), x);
}
