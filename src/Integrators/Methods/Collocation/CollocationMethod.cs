using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>A collocation method: Gauss–Legendre, which keeps energy, or Radau IIA, which damps.</summary>
internal sealed class CollocationMethod(CollocationTableau tableau) : IntegrationMethod(tableau.Name, tableau.Order)
{
    public override bool KeepsEnergy => tableau.Symplectic;

    public override Damping Damping => tableau.Symplectic ? Damping.Bounded : Damping.Full;

    public override CollocationTableau Tableau => tableau;

    public override IntegrationMethod Partner(double relativeTolerance) =>
        tableau.Symplectic ? base.Partner(relativeTolerance) : relativeTolerance >= HighOrder ? Methods.Gauss4 : Methods.Gauss6;

    public override IntegrationMethod PartnerForColumns => ReferenceEquals(tableau, CollocationTableau.Gauss4) ? Methods.Radau3 : base.PartnerForColumns;

    // Without a workspace the buffers go to whoever holds the step.
    public override StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return StartIn(new Workspace(backend.Buffers), trajectory, columns, backend);
    }

    internal override StepMethod StartIn(Workspace workspace, KernelTrajectory trajectory, int columns, Backend backend) =>
        new CollocationStep(tableau, trajectory, columns, backend, workspace);

    private protected override HalvingTest MakeHalving() => new(Order, tableau.Stability);
}
