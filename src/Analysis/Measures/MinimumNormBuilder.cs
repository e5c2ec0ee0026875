using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>E* = ΔU_Sᵀ(∫K_SS)⁺ΔU_S, and ∫K_QS(∫K_SS)⁺ΔU_S beside ΔU_Q.</summary>
internal static class MinimumNormBuilder
{
    /// <summary>∫K over the window by Gauss nodes, then one eigendecomposition of order N.</summary>
    public static Known<MinimumNorm> Build(StudiedWindow window, bool exact)
    {
        var input = window.Input;
        if (input.OutsideTheory is { } outside) return Known.Unknown<MinimumNorm>(outside);
        if (input.Checkpoints.Optimizer is { } optimizer && optimizer.Rule is { NeedsPreconditioner: true })
            return Known.Unknown<MinimumNorm>($"the steps of {optimizer.Kind} are not the shortest ones of the parameters");
        KernelTrajectory trajectory = exact ? input.Kernels.LinearKernels(input.AllCheckpoints) : input.Interpolate(input.AllCheckpoints);
        int N = input.TrainSize, M = input.Checkpoints.TestSize;
        var kernels = trajectory.KernelIntegral(MeanKernels.GaussNodes(trajectory, 0, trajectory.Intervals));
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
}
