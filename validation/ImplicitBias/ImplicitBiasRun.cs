using KernelFlow.Numerics;
using KernelFlow.Validation.Laboratory;

namespace KernelFlow.Validation.ImplicitBias;

/// <summary>One training beside the shortest way to the same training outputs.</summary>
internal static class ImplicitBiasRun
{
    /// <summary>Names of measurements.</summary>
    public const string EnergyRatio = "energyRatio", Miss = "miss", FrozenMiss = "frozenMiss", PermutedMiss = "permutedMiss", Straightness = "straightness",
        LinearEnergy = "linearEnergy", JumpStep = "jumpStep", WaitStep = "waitStep", Rank = "rank", Transfer = "transferError";

    /// <summary>Trains, and compares what training did with what the shortest way would do.</summary>
    public static LabOutcome Of(LabTraining training, long seed, Backend backend, CancellationToken cancellation)
    {
        var run = training.Record(seed, backend, cancellation);
        var recorded = run.Checkpoints;
        var found = LabMeasures.Analysis(recorded, backend, cancellation);
        var shortest = Require(found);
        var still = LabMeasures.With(LabMeasures.With(recorded, TensorName.J_S.Name, _ => recorded[0][TensorName.J_S]), TensorName.J_Q.Name,
            _ => recorded[0][TensorName.J_Q]);
        // The control: test outputs of the next example, whose Jacobians they are not.
        int m = run.Data.Test, p = run.Data.Outputs;
        var permuted = LabMeasures.With(recorded, TensorName.U_Q.Name, k =>
        {
            double[] u = recorded[k][TensorName.U_Q].ReadAll();
            return new MemoryTensor(TensorName.U_Q.Name, [.. u[p..], .. u[..p]], m, p);
        });
        var jump = found.JumpToEnd.OrNull();
        double moved = LabStatistics.Distance(run.End, run.Start), time = recorded[^1].Time - recorded[0].Time;
        return LabOutcome.Of(run, seed,
        [
            new(EnergyRatio, shortest.Energy / shortest.PathEnergy, "E*/gᵀWg: least energy of the displacement beside what the path dissipated"),
            new(Straightness, moved * moved / time / shortest.PathEnergy, "‖w(T) − w(s)‖²/((T − s) gᵀWg): 1 for a straight path at constant speed"),
            new(LinearEnergy, shortest.Energy * time / (moved * moved), "E*(T − s)/‖w(T) − w(s)‖²: 1 for a linear model"),
            new(Miss, shortest.TestError.OrNull(), "‖∫K_QS(∫K_SS)⁺ΔU_S − ΔU_Q‖/‖ΔU_Q‖"),
            new(FrozenMiss, Require(LabMeasures.Analysis(still, backend, cancellation)).TestError.OrNull(), "the same with the kernel of the start throughout"),
            new(PermutedMiss, Require(LabMeasures.Analysis(permuted, backend, cancellation)).TestError.OrNull(),
                "the same against test outputs of the next example"),
            new(JumpStep, jump?.First.OrNull()?.Step, "first checkpoint from which the frozen kernel carries the test outputs to within a tenth of their "
                + "way to the end"),
            new(WaitStep, jump?.FirstWithoutJump.Step, "first checkpoint at which the test outputs are that near by themselves"),
            new(Rank, shortest.Rank, "eigenvalues of ∫K_SS that were inverted"),
            new(Transfer, found.Claim("C4").RelativeError.OrNull(), "relative error of C4"),
        ]);
    }

    private static MinimumNorm Require(ReservoirAnalysis found) =>
        found.MinimumNorm.TryGet(out var norm) ? norm : throw new NumericalException(found.MinimumNorm.Reason!);
}
