using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The exact flow of the kernel frozen at the middle of the step, order 2.</summary>
internal sealed class ExponentialMidpointMethod() : IntegrationMethod("exponential-midpoint", 2)
{
    public override bool KeepsEnergy => true;

    public override Damping Damping => Damping.Full;

    public override StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend) => new ExponentialMidpointStep(trajectory, columns, backend);

    // Exact on the test equation; where the kernel turns, its order falls with stiffness as that of the implicit midpoint rule does.
    private protected override HalvingTest MakeHalving() => new(Order, CollocationTableau.Gauss2.Stability);
}
