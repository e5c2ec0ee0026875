using KernelFlow.Files;
using KernelFlow.Numerics;
using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.LeaveOneOut.LeaveOneOutRun;

namespace KernelFlow.Validation.LeaveOneOut;

/// <summary>Population risk from one run beside true retraining without each example and beside many unseen examples.</summary>
internal sealed class LeaveOneOutExperiment : LabExperiment
{
    /// <inheritdoc/>
    public override string Id => "population-risk";

    /// <inheritdoc/>
    public override string Title => "Population risk from one run: leave-one-out along the recorded kernels beside true retraining and unseen examples";

    /// <inheritdoc/>
    public override string Claim => "The recorded kernels of one training tell what each example would have been predicted had it not trained: "
        + "u′ = −K(t)M_i∇Φ(u), K(t) as recorded. Exact for constant K; for kernels that move it is an approximation, because K(t) has seen the example.";

    /// <inheritdoc/>
    public override string Refutation => LeaveOneOutCriteria.Refutation;

    /// <inheritdoc/>
    protected override long PublishedSeed => 3_100_000;

    /// <inheritdoc/>
    protected override (int Full, int Quick) Runs => (3, 1);

    /// <inheritdoc/>
    protected override IReadOnlyList<LabTraining> Trainings(bool quick) => quick ? LeaveOneOutTrainings.Quick : LeaveOneOutTrainings.Full;

    /// <inheritdoc/>
    protected override LabOutcome Measure(LabTraining training, long seed, Backend backend, CancellationToken cancellation) =>
        R.Of(training, seed, backend, cancellation);

    /// <inheritdoc/>
    protected override IEnumerable<Criterion> Criteria(IReadOnlyList<ExperimentRow> rows, bool quick) => LeaveOneOutCriteria.Of(rows, quick);

    /// <inheritdoc/>
    protected override string Conclusion(IReadOnlyList<ExperimentRow> rows) =>
        $"{Count(rows.Count)} trainings, kernel drift {Range(rows, "drift")}. The held-out shifts of one run have a correlation of "
            + $"{Range(rows, R.Correlation)} "
        + $"with those of true retraining and a relative error of {Range(rows, R.Error)} (frozen kernel of the start: {Range(rows, R.FrozenCorrelation)} and "
        + $"{Range(rows, R.FrozenError)}). The estimate is off the population risk by at most {Range(rows, R.Gap)} of its maximum, true retraining by "
        + $"{Range(rows, R.TrueGap)}, the training loss by {Range(rows, R.TrainGap)}, the "
        + $"first-order form Φ(s) − n/(n − 1)·gᵀ(W_S − W_D)g by {Range(rows, R.FirstOrderGap)}.";

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentTable> Tables(IReadOnlyList<ExperimentRow> rows)
    {
        yield return new("Held-out shifts", "û_i − u_i at the end, all examples, against the trainings without each of them. The frozen kernel is that of the "
            + "start throughout. Two controls: kernels of a run on other data, and the shift of the next example.",
            ["run", "#drift", "#correlation", "#error", "#frozen: correlation", "#error", "#other kernels: correlation", "#error", "#next: correlation"],
            [.. rows.OrderBy(r => LabRows.Value(r, "drift")).Select(r => (string[])[r.Id, .. ((string[])["drift", R.Correlation, R.Error, R.FrozenCorrelation,
                R.FrozenError, R.ForeignCorrelation, R.ForeignError, R.PermutedCorrelation]).Select(m => Short(r.Measured(m)))])]);
        yield return new("Population risk", "Largest gap over the checkpoints between a curve and the population risk (mean over unseen examples, label noise "
            + "as in training), relative to its maximum (first order: Φ(s) − n/(n − 1)·gᵀ(W_S − W_D)g); and the risk at the best "
            + "checkpoint, at the one chosen by the estimate, by retraining, and at the end.",
            ["run", "#estimate", "#retraining", "#frozen", "#first order", "#training loss", "#least risk", "#by the estimate", "#by retraining", "#end"],
            [.. rows.OrderBy(r => LabRows.Value(r, "drift")).Select(r => (string[])[r.Id, .. ((string[])[R.Gap, R.TrueGap, R.FrozenGap,
                R.FirstOrderGap, R.TrainGap, R.BestLoss,
                R.StopLoss, R.TrueStopLoss, R.EndLoss]).Select(m => Short(r.Measured(m)))])]);
    }

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentFigure> Figures(IReadOnlyList<LabOutcome> outcomes) => LeaveOneOutFigures.Of(outcomes);

    private static string Range(IReadOnlyList<ExperimentRow> rows, string name) =>
        $"{Short(LabRows.All(rows, name).Min())} to {Short(LabRows.All(rows, name).Max())}";
}
