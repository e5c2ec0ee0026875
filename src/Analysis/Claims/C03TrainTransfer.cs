using KernelFlow.Analysis.Budgets;
using KernelFlow.Integrators;

namespace KernelFlow.Analysis.Claims;

/// <summary>C3: U_S(T) − U_S(s) = −G_S g(s).</summary>
internal sealed class C03TrainTransfer() : Transfer("C3", "train transfer")
{
    public override string Statement => "The training outputs move as the transfer operator moves them under the start gradient.";

    public override string Equation => "U_S(T) − U_S(s) = −G_S g(s)";

    public override string Needs => "training outputs that moved";

    protected override (double Error, double Slope) Operator(PredictionErrors errors) => (errors.Train, errors.TrainSlope);

    protected override double Truncated(Truncation truncation) => truncation.Train;

    protected override double[] Displacement(Prediction prediction) => prediction.Train;

    protected override double? Quadrature(QuadratureBudget budget) => budget.TrainTransfer;

    protected override double[] Recorded(ClaimEvidence evidence) => evidence.TrainDisplacement;

    protected override double Stored(StoredNoise noise, Index checkpoint) => noise.Train(checkpoint);

    protected override double Cancelled(StoredNoise noise) => noise.CancelledTrain;
}
