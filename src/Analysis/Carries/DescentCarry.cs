using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Carries;

/// <summary>The second carry of gradient descent: the recursion of a block, step by step from the kernels of each step.</summary>
internal static class DescentCarry
{
    /// <summary>Carries a block V, N×c, over all steps.</summary>
    public static CarriedBlock Run(DescentKernels kernels, Backend backend, DenseMatrix block, CancellationToken cancellation)
    {
        int N = kernels.TrainSize, M = kernels.TestSize, c = block.ColumnCount;
        var step = new DescentStep(N, M);
        var hessian = new ChordHessian(N / kernels.Outputs, kernels.Outputs);
        DenseMatrix x = (DenseMatrix)block.Clone(), y = new(N + M, c), kx = new(N, c), sum = new(N + M, c), w = new(c, c);
        double[] none = new double[N];
        for (int k = 0; k < kernels.Steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            double eta = kernels.LearningRates[k];
            kernels.Fill(k, none, step);
            kernels.Hessians(k, hessian);
            backend.Gemm(Op.None, Op.None, 1, step.Start, x, 0, kx);
            backend.Gemm(Op.Transpose, Op.None, eta, x, kx, 1, w);
            backend.Gemm(Op.None, Op.None, eta, step.Average, x, 0, y);
            VectorKernels.Axpy(1, y.Values, sum.Values);
            hessian.Average.Apply(-1, ((MatrixView)y).Slice(0, 0, N, c), 1, x);
        }
        MatrixView g = sum;
        return new CarriedBlock(x, g.Slice(0, 0, N, c).ToMatrix(), g.Slice(N, 0, M, c).ToMatrix(), w, new CarryError(0, 0, 0, 0), "the recursion of vectors");
    }
}
