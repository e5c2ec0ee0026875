using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.LeaveOneOut.LeaveOneOutRun;

namespace KernelFlow.Validation.LeaveOneOut;

/// <summary>What the verdict on population risk rests on.</summary>
internal static class LeaveOneOutCriteria
{
    /// <summary>What would refute the claim.</summary>
    public const string Refutation = "Held-out shifts that in any training have a correlation below 0.9 with those of true retraining or a relative "
        + "error above 0.5, "
        + "or medians worse than 0.95 and 0.35; a training whose kernel moves by its own size and whose start kernel does better; an estimate further from the "
        + "population risk than the training loss is, in any training, or in the median by more than half of that; or stopping where it is least, if "
        + "that leaves "
        + "more than half of what training to the end costs. The experiment fails where kernels of a run on other data, or the shift of the next "
        + "example, do as "
        + "well.";

    private const double LeastCorrelation = 0.9, MedianCorrelation = 0.95, MostError = 0.5, MedianError = 0.35, Moving = 1, Half = 0.5, ControlError = 2,
        ControlCorrelation = 0.6, Ranges = 2, FewestTrainings = 20, UnseenExamples = 1000;

    // What seven runs of another program (PyTorch) had before this study.
    private static readonly (double Least, double Most) s_prototypeCorrelation = (0.936, 0.993), s_prototypeError = (0.18, 0.43);

    /// <summary>All of them, those of the claim first.</summary>
    public static IEnumerable<Criterion> Of(IReadOnlyList<ExperimentRow> rows, bool quick)
    {
        double[] correlations = LabRows.All(rows, R.Correlation), errors = LabRows.All(rows, R.Error);
        yield return new(CriterionKind.Claim, $"Held-out shifts have a correlation of {Short(LeastCorrelation)} or more with those of retraining in "
            + "every training, "
            + $"and {Short(MedianCorrelation)} or more in the median",
            correlations.Length == rows.Count && correlations.All(c => c >= LeastCorrelation) && LabStatistics.Median(correlations) >= MedianCorrelation,
            $"{Short(correlations.Min())} to {Short(correlations.Max())}, median {Short(LabStatistics.Median(correlations))}");
        yield return new(CriterionKind.Claim, $"Their relative error is at most {Short(MostError)} in every training, and {Short(MedianError)} in the median",
            errors.Length == rows.Count && errors.All(e => e <= MostError) && LabStatistics.Median(errors) <= MedianError,
            $"{Short(errors.Min())} to {Short(errors.Max())}, median {Short(LabStatistics.Median(errors))}");

        ExperimentRow[] moved = [.. rows.Where(r => LabRows.Value(r, "drift") >= Moving)];
        string[] frozen = [.. moved.Where(r => !(LabRows.Value(r, R.Error) < LabRows.Value(r, R.FrozenError))).Select(r => r.Id)];
        yield return new(CriterionKind.Claim, "Where the kernel moved by its own size or more, the recorded kernels do better than that of the start",
            frozen.Length == 0, frozen.Length == 0 ? $"{Count(moved.Length)} trainings" : "not in " + string.Join(", ", frozen));

        string[] further = [.. rows.Where(r => !(LabRows.Value(r, R.Gap) < LabRows.Value(r, R.TrainGap))).Select(r => r.Id)];
        double gap = LabStatistics.Median(LabRows.All(rows, R.Gap)), train = LabStatistics.Median(LabRows.All(rows, R.TrainGap));
        yield return new(CriterionKind.Claim, "The estimate is nearer to the population risk than the training loss is in every training, and its "
            + "median gap is at most "
            + "half of that", further.Length == 0 && gap <= Half * train,
            $"medians {Short(gap)} and {Short(train)}" + (further.Length == 0 ? "" : "; not nearer in " + string.Join(", ", further)));

        double left = LabStatistics.Median(rows.Select(r => (LabRows.Value(r, R.StopLoss) - LabRows.Value(r, R.BestLoss))
            / (LabRows.Value(r, R.EndLoss) - LabRows.Value(r, R.BestLoss))).Where(double.IsFinite));
        yield return new(CriterionKind.Claim, "Stopping where the estimate is least leaves at most half of the excess risk of the end, in the "
            + "median", left <= Half,
            $"{Short(left)} of it");

        double[] foreign = [.. rows.Select(r => LabRows.Value(r, R.ForeignError) / LabRows.Value(r, R.Error))];
        yield return new(CriterionKind.Power, $"The control, kernels of a run on other data, has at least {Short(ControlError)} times the error in "
            + "every training",
            foreign.All(f => f >= ControlError), $"{Short(foreign.Min())} to {Short(foreign.Max())} times");
        double[] next = [.. rows.Select(r => Math.Abs(LabRows.Value(r, R.PermutedCorrelation)))];
        yield return new(CriterionKind.Power, $"The control, the shift of the next example, has a correlation of at most {Short(ControlCorrelation)} in "
            + "size in every "
            + "training", next.All(c => c <= ControlCorrelation), $"at most {Short(next.Max())}");
        if (quick) yield break;
        yield return new(CriterionKind.Power, $"At least {Short(FewestTrainings)} trainings, three quarters of them with a kernel that moves by its own "
            + "size, and "
            + $"{Short(UnseenExamples)} unseen examples or more", rows.Count >= FewestTrainings && moved.Length >= 0.75 * rows.Count
            && rows.All(r => r.Measured(R.Unseen) >= UnseenExamples), $"{Count(rows.Count)} trainings, {Count(moved.Length)} of them, "
            + $"{Short(rows.Min(r => r.Measured(R.Unseen)))} examples");
        yield return Prototype("correlation", correlations, s_prototypeCorrelation);
        yield return Prototype("error", errors, s_prototypeError);
    }

    private static Criterion Prototype(string name, double[] all, (double Least, double Most) prototype)
    {
        double median = LabStatistics.Median(all), reach = Ranges * LabStatistics.Quartiles(all);
        return new(CriterionKind.Power, $"The prototype's range of the {name}, {Short(prototype.Least)} to {Short(prototype.Most)}, reaches within "
            + $"{Short(Ranges)} "
            + "interquartile ranges of the median", prototype.Least <= median + reach && prototype.Most >= median - reach,
            $"{Short(median - reach)} to {Short(median + reach)}");
    }
}
