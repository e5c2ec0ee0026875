using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>Products of a trajectory with blocks of vectors against its formed kernels.</summary>
public class KernelProductsTests
{
    private static (InterpolatedTrajectory Trajectory, TrajectoryProducts Products) Make()
    {
        var run = new SyntheticRun(n: 7, m: 4, p: 2, D: 40, count: 4, seed: 3);
        var checkpoints = run.Jacobians();
        var trajectory = TrajectoryBuilder.Read(checkpoints, OutputRecord.Read(checkpoints), Backends.Managed).Linear([0, 1, 2, 3]);
        return (trajectory, new TrajectoryProducts(trajectory, Backends.Managed));
    }

    [Fact]
    public void ProductsAreThoseOfTheFormedKernels()
    {
        var (trajectory, products) = Make();
        int N = trajectory.TrainSize, M = trajectory.TestSize;
        var random = new Random(5);
        DenseMatrix x = RandomMatrices.Uniform(random, N, 3), z = RandomMatrices.Uniform(random, M, 3), kernels = new(N + M, N);
        DenseMatrix train = new(N, 3), test = new(M, 3), back = new(N, 3);
        for (int k = 0; k < trajectory.Intervals; k++)
            foreach (double theta in (double[])[0, 0.3, 1])
            {
                double t = Math.Min(trajectory.Knots[k + 1], trajectory.Knots[k] + theta * (trajectory.Knots[k + 1] - trajectory.Knots[k]));
                trajectory.Kernels(k, t, kernels);
                products.ApplyTrain(k, t, x, train);
                products.ApplyTest(k, t, x, test);
                products.ApplyTestTransposed(k, t, z, back);
                double size = kernels.FrobeniusNorm() * 3;
                var (K_SS, K_QS) = (kernels.SubMatrix(0, N, 0, N), kernels.SubMatrix(N, M, 0, N));
                Check.Small((train - K_SS * x).FrobeniusNorm(), 1e-14 * size, $"K_SS X, interval {k}");
                Check.Small((test - K_QS * x).FrobeniusNorm(), 1e-14 * size, $"K_QS X, interval {k}");
                Check.Small((back - K_QS.Transpose() * z).FrobeniusNorm(), 1e-14 * size, $"K_SQ Y, interval {k}");
                double largest = K_SS.Evd().EigenValues.Max(e => e.Real), bound = products.TrainBound(k);
                Assert.True(largest <= bound, FormattableString.Invariant($"λ_max = {largest} is above its bound {bound} in interval {k}."));
            }
    }

    [Fact]
    public void WrongShapesAreNamed()
    {
        var (_, products) = Make();
        int N = products.TrainSize, M = products.TestSize;
        var error = Assert.Throws<ArgumentException>(() => products.ApplyTest(0, 0, new DenseMatrix(N, 2), new DenseMatrix(M, 1)));
        Assert.Contains($"takes {N} rows to {M}", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => products.ApplyTrain(3, 0, new DenseMatrix(N, 1), new DenseMatrix(N, 1)));
    }
}
