using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>The recorded steps of gradient descent, replayed on the interpolant as a recursion of vectors: what the flow limit leaves out.</summary>
/// <remarks>g ← g − η B̄ J̄_S J_Sᵀ g, U ← U − η J̄ J_Sᵀ g with J, J̄ and B̄ from the interpolant at each step's time (theory, sections 6 and 8). O(N(N+M)) per
/// step.</remarks>
internal static class DescentOnInterpolant
{
    // Steps that leave so much more of the gradient than there was at the start have diverged, whether they overflow or not.
    private const double Diverged = 1e3;

    /// <summary>Replays the steps.</summary>
    /// <param name="interpolant">The interpolant; its knots are the checkpoints.</param>
    /// <param name="checkpoints">Step numbers and optimizer.</param>
    /// <param name="outputs">The recorded outputs, which give g(s).</param>
    /// <param name="cancellation">Honoured every few steps.</param>
    /// <returns>The prediction of the steps, or why they cannot be replayed.</returns>
    public static Known<Prediction> Replay(KernelTrajectory interpolant, CheckpointSequence checkpoints, OutputRecord outputs, CancellationToken cancellation)
    {
        if (interpolant is not InterpolatedTrajectory trajectory)
            return Known.Unknown<Prediction>("the interpolation gives no mean Jacobian along a step, so the recorded steps cannot be replayed on it");
        if (DescentSupport.SparseObstacle(checkpoints) is { } obstacle) return Known.Unknown<Prediction>(obstacle);
        if (checkpoints.Zip(checkpoints.Skip(1)).Any(p => p.Second.Step <= p.First.Step))
            return Known.Unknown<Prediction>("the step numbers do not increase, so the learning rate is not known");
        int N = trajectory.TrainSize, M = trajectory.TestSize;
        if (StepLimit.Obstacle(checkpoints, (double)N * (N + M)) is { } tooLong) return Known.Unknown<Prediction>(tooLong);

        long[] steps = [.. checkpoints.Zip(checkpoints.Skip(1), (a, b) => b.Step - a.Step)];
        var carried = DescentRecursion.Transport(trajectory, steps, outputs.Gradients[0], cancellation);
        double start = VectorMath.Norm(outputs.Gradients[0]);
        if (!double.IsFinite(carried.LossChange) || carried.AtKnots.Any(g => !(VectorMath.Norm(g) <= Diverged * start)))
            return Known.Unknown<Prediction>("the replayed steps diverge: the learning rate is past the edge of stability on the interpolant");
        return Known.Of(Prediction.From(carried, [.. Enumerable.Range(0, checkpoints.Count)]));
    }
}
