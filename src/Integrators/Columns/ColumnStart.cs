using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>A few columns and the trajectory by which they are to be carried.</summary>
/// <param name="Trajectory">What is integrated.</param>
/// <param name="Block">V, N×c: the columns at the first knot.</param>
public sealed record ColumnStart(KernelTrajectory Trajectory, MatrixView Block);
