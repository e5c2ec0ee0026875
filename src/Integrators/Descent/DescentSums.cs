using System.Numerics.Tensors;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>W_d = Σ η_k X_kᵀ K_k X_k and [G_{S,d}; G_d] = Σ T_k over the steps, X the first c columns of what is carried.</summary>
/// <param name="n">N = n·p, the number of stacked training outputs.</param>
/// <param name="m">M = m·p, the number of stacked test outputs.</param>
/// <param name="c">Columns that count.</param>
/// <param name="backend">The dense linear algebra to use.</param>
internal sealed class DescentSums(int n, int m, int c, Backend backend)
{
    private readonly MatrixView _product = Buffers.Zero(n, c);

    /// <summary>W_d, c×c.</summary>
    public DenseMatrix W { get; } = new(c, c);

    /// <summary>G_{S,d}, N×c.</summary>
    public DenseMatrix Train { get; } = new(n, c);

    /// <summary>G_d, M×c.</summary>
    public DenseMatrix Test { get; } = new(m, c);

    /// <summary>Adds what one step contributes.</summary>
    /// <param name="eta">η_k, the learning rate of the step.</param>
    /// <param name="kernel">K_SS at the start of the step.</param>
    /// <param name="x">X before the step.</param>
    /// <param name="t">T, what the step takes from the outputs, (N+M) rows.</param>
    public void Add(double eta, in MatrixView kernel, in MatrixView x, in MatrixView t)
    {
        var counted = x.ColumnRange(0, c);
        backend.Gemm(Op.None, Op.None, 1, kernel, counted, 0, _product);
        backend.SymmetricProduct(eta, counted, _product, 1, W);
        MatrixView train = Train, test = Test;
        for (int j = 0; j < c; j++)
        {
            var column = t.Column(j);
            TensorPrimitives.Add(train.Column(j), column[..n], train.Column(j));
            TensorPrimitives.Add(test.Column(j), column[n..], test.Column(j));
        }
    }
}
