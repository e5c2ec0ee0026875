using KernelFlow.Integrators;
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
        var carried = DescentRecursion.Transport(kernels, block, backend, cancellation);
        return new CarriedBlock(carried.End, carried.Train, carried.Test, carried.Dissipated, new CarryError(0, 0, 0, 0), "the recursion of vectors");
    }
}
