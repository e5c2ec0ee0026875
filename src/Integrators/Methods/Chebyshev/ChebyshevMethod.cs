using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>RKC2, the stabilised explicit method of order 2.</summary>
internal sealed class ChebyshevMethod() : IntegrationMethod("rkc2", 2)
{
    public override Damping Damping => Damping.Bounded;

    public override StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend) => new ChebyshevStep(trajectory, columns, backend);

    private protected override HalvingTest MakeHalving() => new(Order, ChebyshevStep.Stability, ChebyshevStep.Dissipated);
}
