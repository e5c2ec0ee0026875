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
    /// <param name="input">Step numbers, optimizer, and the recorded outputs, which give g(s).</param>
    /// <param name="interpolant">The interpolant; its knots are the checkpoints.</param>
    /// <param name="cancellation">Honoured every few steps.</param>
    /// <returns>The prediction of the steps, or why they cannot be replayed.</returns>
    public static Known<Prediction> Replay(AnalysisInput input, KernelTrajectory interpolant, CancellationToken cancellation) =>
        interpolant is InterpolatedTrajectory trajectory
            ? Replay(input, [trajectory], cancellation)[0]
            : Known.Unknown<Prediction>("the interpolation gives no mean Jacobian along a step, so the recorded steps cannot be replayed on it");

    /// <summary>Replays the steps on several paths of one interpolant together.</summary>
    /// <param name="input">Step numbers, optimizer, and the recorded outputs, which give g(s).</param>
    /// <param name="paths">The interpolant at different speeds.</param>
    /// <param name="cancellation">Honoured every few steps.</param>
    /// <returns>For each path the prediction of the steps, or why they cannot be replayed.</returns>
    public static IReadOnlyList<Known<Prediction>> Replay(AnalysisInput input, IReadOnlyList<InterpolatedTrajectory> paths, CancellationToken cancellation)
    {
        var (checkpoints, outputs) = (input.Checkpoints, input.Outputs);
        if (Obstacle(checkpoints, paths[0]) is { } obstacle) return [.. paths.Select(_ => Known.Unknown<Prediction>(obstacle))];
        long[] steps = [.. checkpoints.Zip(checkpoints.Skip(1), (a, b) => b.Step - a.Step)];
        var carried = WorkSpans.In("replayed steps", () =>
            DescentRecursion.Transport(paths, steps, outputs.Gradients[0], input.Backend.Spare, cancellation));
        double start = VectorMath.Norm(outputs.Gradients[0]);
        return [.. carried.Select(c => !double.IsFinite(c.LossChange) || c.AtKnots.Any(g => !(VectorMath.Norm(g) <= Diverged * start))
            ? Known.Unknown<Prediction>("the replayed steps diverge: the learning rate is past the edge of stability on the interpolant")
            : Known.Of(Prediction.From(c, [.. Enumerable.Range(0, checkpoints.Count)])))];
    }

    private static string? Obstacle(CheckpointSequence checkpoints, InterpolatedTrajectory trajectory)
    {
        if (DescentSupport.SparseObstacle(checkpoints) is { } obstacle) return obstacle;
        if (checkpoints.Zip(checkpoints.Skip(1)).Any(p => p.Second.Step <= p.First.Step))
            return "the step numbers do not increase, so the learning rate is not known";
        int N = trajectory.TrainSize, M = trajectory.TestSize;
        return StepLimit.Obstacle(checkpoints, trajectory.IsApplied ? new AppliedProducts(trajectory).TrainFlops(0) / 2 : (double)N * (N + M));
    }
}
