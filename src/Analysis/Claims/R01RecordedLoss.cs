using KernelFlow.Analysis.Consistency;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>R1: the recorded loss is Φ(U_S).</summary>
internal sealed class R01RecordedLoss() : RecordingClaim("R1", "recorded loss")
{
    public override string Statement => "The recorded losses are those of the recorded training outputs, targets and loss.";

    public override string Equation => "loss(t_k) = Φ(U_S(t_k))";

    public override string Needs => "recorded losses, and a loss with a formula";

    protected override ClaimResult Judge(CheckpointSequence run, OutputRecord outputs, Backend backend, CancellationToken cancellation)
    {
        if (run.Loss.IsCustom) return NotApplicable("the loss has no formula here (loss custom)");
        var losses = RecordedLosses.Read(run, outputs);
        if (losses.Count == 0) return NotApplicable("no loss was recorded");
        var judged = losses.Where(l => l.Rounding <= l.Derived).ToArray();
        var worst = losses.MaxBy(l => l.Excess)!;
        double ratio = judged.Length == 0 ? double.NaN : Median(judged.Select(l => l.Recorded / l.Derived));
        ClaimFigure[] figures =
        [
            new("ratio", ratio), new("worst", worst.RelativeError), new("difference", Median(losses.Select(l => l.Recorded - l.Derived))),
            new(WellKnownFigures.WorstCheckpoint, worst.Checkpoint), new(WellKnownFigures.Factor, ratio),
            new(WellKnownFigures.AfterFactor, judged.Length == 0 ? double.NaN : judged.Max(l => Math.Abs(l.Recorded / (ratio * l.Derived) - 1))),
        ];
        figures = [.. figures.Where(f => double.IsFinite(f.Value))];
        string what = FormattableString.Invariant($"checkpoint {worst.Checkpoint}: recorded {worst.Recorded:G6}, from outputs and targets {worst.Derived:G6}");
        var result = JudgeConsistency(worst.RelativeError, worst.RelativeRounding, figures, what);
        if (result.Verdict == Verdict.Violated) return result with { Reason = $"{what}; {LossCauses.Find(run, outputs, losses)}" };
        return judged.Length > 0
            ? result
            : Result(Verdict.Undecided, "training has converged: rounding of the outputs is as large as the loss, at every checkpoint") with
            {
                Figures = figures,
            };
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
