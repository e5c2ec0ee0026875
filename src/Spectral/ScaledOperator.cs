using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Spectral;

/// <summary>A·2^k: an operator whose numbers are so small or so large that their squares are not represented, brought to unit size.</summary>
/// <param name="inner">A.</param>
/// <param name="factor">2^k.</param>
internal sealed class ScaledOperator(LinearOperator inner, double factor) : LinearOperator(inner.Rows, inner.Columns, inner.IsSymmetric)
{
    /// <summary>2^k.</summary>
    public double Factor => factor;

    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        inner.Apply(x, y);
        Scale(y);
    }

    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        inner.ApplyTranspose(y, x);
        Scale(x);
    }

    /// <summary>Values of the scaled operator in the units of A.</summary>
    public double[] Restore(IEnumerable<double> values) => [.. values.Select(v => v / factor)];

    private void Scale(in MatrixView y)
    {
        for (int j = 0; j < y.Columns; j++) VectorRoutines.Scale(factor, y.Column(j), y.Column(j));
    }
}
