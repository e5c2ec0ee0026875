using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>E* = ΔU_Sᵀ(∫K_SS)⁺ΔU_S, and ∫K_QS(∫K_SS)⁺ΔU_S beside ΔU_Q.</summary>
internal static class MinimumNormBuilder
{
    // Nodes per interval: exact for kernels of the seventh degree in time, and J cubic makes K one of the sixth.
    private const int Nodes = 4;

    /// <summary>∫K over the window by Gauss nodes, then one eigendecomposition of order N.</summary>
    public static Known<MinimumNorm> Build(StudiedWindow window, bool exact)
    {
        var input = window.Input;
        if (input.OutsideTheory is { } outside) return Known.Unknown<MinimumNorm>(outside);
        if (input.Checkpoints.Optimizer is { } optimizer && optimizer.Rule is { NeedsPreconditioner: true })
            return Known.Unknown<MinimumNorm>($"the steps of {optimizer.Kind} are not the shortest ones of the parameters");
        KernelTrajectory trajectory = exact ? input.Kernels.LinearKernels(input.AllCheckpoints) : input.Interpolate(input.AllCheckpoints);
        int N = input.TrainSize, M = input.Checkpoints.TestSize;
        var kernels = trajectory.KernelIntegral(GaussNodes(trajectory));
        var values = new double[N];
        MatrixView vectors = ((MatrixView)kernels).Slice(0, 0, N, N).ToMatrix();
        window.Backend.SymmetricEigen(vectors, values, vectors: true);
        double[] moved = input.TrainDisplacement, solved = new double[N];
        double floor = N * trajectory.Epsilon * values[^1], energy = 0;
        int rank = 0;
        for (int j = 0; j < N; j++)
        {
            if (!(values[j] > floor)) continue;
            rank++;
            double part = VectorRoutines.Dot(vectors.Column(j), moved) / values[j];
            energy += part * part * values[j];
            VectorRoutines.Axpy(part, vectors.Column(j), solved);
        }
        double[] test = new double[M];
        VectorRoutines.AddProduct(((MatrixView)kernels).Slice(N, 0, M, N), solved, test);
        double size = VectorMath.Norm(input.TestDisplacement);
        return Known.Of(new MinimumNorm
        {
            Energy = energy,
            PathEnergy = VectorMath.Quadratic(window.Propagation.W_S, input.StartGradient),
            Rank = rank,
            TestError = size > 0 ? VectorMath.Distance(test, input.TestDisplacement) / size : Known.Unknown<double>("the test outputs did not move"),
        });
    }

    private static IEnumerable<QuadratureNode> GaussNodes(KernelTrajectory trajectory)
    {
        double a = Math.Sqrt(3.0 / 7 - 2.0 / 7 * Math.Sqrt(1.2)), b = Math.Sqrt(3.0 / 7 + 2.0 / 7 * Math.Sqrt(1.2)), root = Math.Sqrt(30);
        (double X, double Weight)[] rule = [(-b, (18 - root) / 36), (-a, (18 + root) / 36), (a, (18 + root) / 36), (b, (18 - root) / 36)];
        for (int k = 0; k < trajectory.Intervals; k++)
        {
            double start = trajectory.Knots[k], half = 0.5 * (trajectory.Knots[k + 1] - start);
            for (int i = 0; i < Nodes; i++) yield return new QuadratureNode(k, start + half * (1 + rule[i].X), half * rule[i].Weight);
        }
    }
}
