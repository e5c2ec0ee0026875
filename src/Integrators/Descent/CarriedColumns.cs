using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Gathers W_d and G_d of a block that is carried along, step by step from the kernels.</summary>
/// <param name="steps">The steps.</param>
/// <param name="sums">Receives what every step contributes.</param>
internal sealed class CarriedColumns(KernelSteps steps, DescentSums sums) : DescentObserver
{
    public override void Responded(long step, in MatrixView x, in MatrixView t) => sums.Add(steps.LearningRate(step), steps.Start, x, t);
}
