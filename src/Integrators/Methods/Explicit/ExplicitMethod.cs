using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>An explicit Runge–Kutta method.</summary>
internal sealed class ExplicitMethod(ExplicitTableau tableau) : IntegrationMethod(tableau.Name, tableau.Order)
{
    public override StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend) => new ExplicitStep(tableau, trajectory, columns, backend);

    private protected override HalvingTest MakeHalving() => new(Order, tableau.Stability, tableau.Dissipated);
}
