using KernelFlow.Analysis.Budgets;
using KernelFlow.Integrators;

namespace KernelFlow.Analysis.Claims;

/// <summary>C4: U_Q(T) − U_Q(s) = −G_Q g(s).</summary>
internal sealed class C04TestTransfer() : Transfer("C4", "test transfer")
{
    public override string Statement => "The test outputs move as the transfer operator moves them under the start gradient of training.";

    public override string Equation => "U_Q(T) − U_Q(s) = −G_Q g(s)";

    public override string Needs => "test outputs that moved";

    protected override (double Error, double Slope) Operator(PredictionErrors errors) => (errors.Test, errors.TestSlope);

    protected override double Truncated(Truncation truncation) => truncation.Test;

    protected override double[] Displacement(Prediction prediction) => prediction.Test;

    protected override double? Quadrature(QuadratureBudget budget) => budget.TestTransfer;

    protected override double[] Recorded(ClaimEvidence evidence) => evidence.TestDisplacement;

    protected override double Stored(StoredNoise noise, Index checkpoint) => noise.Test(checkpoint);

    protected override double Cancelled(StoredNoise noise) => noise.CancelledTest;
}
