using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>What is integrated, and how.</summary>
/// <param name="Trajectory">K(t) and B(t).</param>
/// <param name="Method">Takes the steps.</param>
/// <param name="Reason">Why this method, when it was left to "auto".</param>
/// <param name="Options">Tolerance, step control, seed.</param>
/// <param name="Carried">Vectors to carry along.</param>
/// <param name="Start">The start block, N×c; null for the identity.</param>
/// <param name="Backend">The dense linear algebra to use.</param>
internal sealed record FlowProblem(KernelTrajectory Trajectory, IntegrationMethod Method, string? Reason, PropagationOptions Options,
    CarriedVectors Carried, MatrixView? Start, Backend Backend);
