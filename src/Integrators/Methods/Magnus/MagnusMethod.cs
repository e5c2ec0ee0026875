using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The Magnus method of order 4.</summary>
internal sealed class MagnusMethod() : IntegrationMethod("magnus-4", 4)
{
    public override Damping Damping => Damping.Full;

    public override StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend) => new MagnusStep(trajectory, columns, backend);

    // P is exact where K is constant; what order reduction there is shows in the quadrature of W.
    private protected override HalvingTest MakeHalving() => new(Order, z => Math.Exp(-z), MagnusStep.Dissipated);
}
