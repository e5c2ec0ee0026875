using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>Integrals of the kernels over parts of a window, by Gauss nodes.</summary>
internal static class MeanKernels
{
    // Nodes per interval: exact for kernels of the seventh degree in time, and J cubic makes K one of the sixth.
    private const int Nodes = 4;

    /// <summary>∫K_SS from the start to each of the knots, ascending, in the space of the gradients.</summary>
    public static IReadOnlyList<DenseMatrix> Of(KernelTrajectory trajectory, int[] knots, GradientSpace space)
    {
        int N = trajectory.TrainSize, from = 0;
        var sum = new DenseMatrix(space.Dimension, space.Dimension);
        var integrals = new List<DenseMatrix>();
        foreach (int knot in knots)
        {
            if (knot > from)
            {
                var part = trajectory.KernelIntegral(GaussNodes(trajectory, from, knot));
                VectorRoutines.Axpy(1, space.RestrictSymmetric(((MatrixView)part).Slice(0, 0, N, N).ToMatrix()).Values, sum.Values);
            }
            integrals.Add((DenseMatrix)sum.Clone());
            from = knot;
        }
        return integrals;
    }

    /// <summary>The nodes of some intervals.</summary>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="from">The first interval.</param>
    /// <param name="to">The one after the last.</param>
    public static IEnumerable<QuadratureNode> GaussNodes(KernelTrajectory trajectory, int from, int to)
    {
        double a = Math.Sqrt(3.0 / 7 - 2.0 / 7 * Math.Sqrt(1.2)), b = Math.Sqrt(3.0 / 7 + 2.0 / 7 * Math.Sqrt(1.2)), root = Math.Sqrt(30);
        (double X, double Weight)[] rule = [(-b, (18 - root) / 36), (-a, (18 + root) / 36), (a, (18 + root) / 36), (b, (18 - root) / 36)];
        for (int k = from; k < to; k++)
        {
            double start = trajectory.Knots[k], half = 0.5 * (trajectory.Knots[k + 1] - start);
            for (int i = 0; i < Nodes; i++) yield return new QuadratureNode(k, start + half * (1 + rule[i].X), half * rule[i].Weight);
        }
    }
}
