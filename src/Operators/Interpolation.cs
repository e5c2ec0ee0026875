using KernelFlow.Operators;

namespace KernelFlow;

/// <summary>How the kernels between checkpoints follow from those at them: derive from it to bring a kernel trajectory of your own.</summary>
/// <remarks>
/// An analysis builds the trajectory on all checkpoints, and for its error budget again on every second one (<see cref="Build"/>) and by
/// <see cref="Alternative"/> on all. What comes out
/// may be any <see cref="KernelTrajectory"/> whose knots are the times of the chosen checkpoints. One that is not an <see cref="InterpolatedTrajectory"/> has
/// no mean Jacobian along a step:
/// then the recorded steps cannot be replayed on it, and that part of the budget is unknown.
/// </remarks>
public abstract class Interpolation
{
    /// <summary>J linear in flow time (K linear, where only kernel blocks without cross blocks were recorded).</summary>
    public static Interpolation Linear { get; } = new LinearInterpolation();

    /// <summary>J by cubic Hermite interpolation with three-point slopes; needs Jacobians.</summary>
    public static Interpolation Cubic { get; } = new CubicInterpolation();

    /// <summary>Those that are built in, the default first.</summary>
    public static IReadOnlyList<Interpolation> All { get; } = [Linear, Cubic];

    /// <summary>The name in results and reports.</summary>
    public abstract string Name { get; }

    /// <summary>Whether <see cref="Build"/> asks the builder for <see cref="TrajectoryBuilder.Cubic"/>, also on every second checkpoint: then the products of
    /// more distant Jacobians are
    /// formed when the run is read. A class of your own that does not ask for it may say false and save them.</summary>
    public virtual bool NeedsDistantProducts => true;

    /// <summary>Why a run cannot be interpolated in this way; null when it can.</summary>
    /// <param name="checkpoints">The run whose kernels are to be interpolated.</param>
    public virtual string? Obstacle(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        return null;
    }

    /// <summary>Builds the trajectory between the chosen checkpoints.</summary>
    /// <param name="builder">The kernels of the run and the trajectories that can be made of them.</param>
    /// <param name="chosen">Increasing indices, the first and the last checkpoint among them.</param>
    /// <returns>A trajectory whose knots are the times of the chosen checkpoints.</returns>
    public abstract KernelTrajectory Build(TrajectoryBuilder builder, IReadOnlyList<int> chosen);

    /// <summary>Another trajectory on all checkpoints, whose distance from this one estimates its error; null when there is none, so that the coarser grids
    /// alone do.</summary>
    /// <param name="builder">The kernels of the run.</param>
    /// <param name="chosen">All checkpoints.</param>
    /// <remarks>By default J linear: an interpolation of your own is compared with what the tool would have done.</remarks>
    public virtual KernelTrajectory? Alternative(TrajectoryBuilder builder, IReadOnlyList<int> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Linear(chosen);
    }

    /// <summary>The name of the interpolation.</summary>
    public override string ToString() => Name;

    private sealed class LinearInterpolation : Interpolation
    {
        public override string Name => "linear";

        public override bool NeedsDistantProducts => false;

        public override KernelTrajectory Build(TrajectoryBuilder builder, IReadOnlyList<int> chosen) => builder.Linear(chosen);

        // With cross blocks but no Jacobians the other interpolant at hand is the coarser one: without it two thinned grids whose errors happen to cancel are
        // the whole estimate.
        public override KernelTrajectory? Alternative(TrajectoryBuilder builder, IReadOnlyList<int> chosen) =>
            builder.HasJacobians ? builder.Cubic(chosen) : builder.InterpolatesJacobian ? builder.LinearKernels(chosen) : null;
    }

    private sealed class CubicInterpolation : Interpolation
    {
        public override string Name => "cubic";

        public override string? Obstacle(CheckpointSequence checkpoints) => checkpoints.HasJacobians
            ? null
            : "cubic needs Jacobians, and this run holds kernel blocks: interpolated as blocks, K would not stay positive semidefinite; use linear";

        public override KernelTrajectory Build(TrajectoryBuilder builder, IReadOnlyList<int> chosen) => builder.Cubic(chosen);

        public override KernelTrajectory? Alternative(TrajectoryBuilder builder, IReadOnlyList<int> chosen) => null;
    }
}
