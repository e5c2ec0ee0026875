using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>A symmetric combination of Jacobian products: [K_SS; K_QS] as one (N+M)×N matrix, and K_QQ. Interpolants are sums of such terms.</summary>
public sealed class KernelTerm
{
    /// <summary>Wraps the two parts.</summary>
    /// <param name="kernels">[K_SS; K_QS], (N+M)×N.</param>
    /// <param name="testKernel">K_QQ, M×M, or null when it is not known.</param>
    /// <param name="skew">For a cross term of checkpoints a &lt; b, what symmetrising lost; see <see cref="Skew"/>.</param>
    public KernelTerm(DenseMatrix kernels, DenseMatrix? testKernel, DenseMatrix? skew = null)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        Kernels = kernels;
        TestKernel = testKernel;
        Skew = skew;
    }

    /// <summary>For a cross term of checkpoints a &lt; b: J_b J_S,aᵀ − J_a J_S,bᵀ, (N+M)×N, with J = [J_S; J_Q]; <see cref="Kernels"/> is the sum of the two.
    /// The flow needs the sum only; a step of gradient descent, which pairs two different moments, needs both. Null when not formed.</summary>
    public DenseMatrix? Skew { get; }

    /// <summary>[K_SS; K_QS], (N+M)×N. Stacked because both are applied to the same P: one product instead of two.</summary>
    public DenseMatrix Kernels { get; }

    /// <summary>K_QQ, M×M.</summary>
    public DenseMatrix? TestKernel { get; }

    /// <summary>K_SS as a view.</summary>
    public MatrixView Train => ((MatrixView)Kernels).Slice(0, 0, Kernels.ColumnCount, Kernels.ColumnCount);

    /// <summary>K_QS as a view.</summary>
    public MatrixView TestTrain => ((MatrixView)Kernels).Slice(Kernels.ColumnCount, 0, Kernels.RowCount - Kernels.ColumnCount, Kernels.ColumnCount);
}
