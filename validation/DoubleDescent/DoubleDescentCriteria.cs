using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.DoubleDescent.DoubleDescentRun;

namespace KernelFlow.Validation.DoubleDescent;

/// <summary>What the verdict on double descent rests on.</summary>
internal static class DoubleDescentCriteria
{
    /// <summary>What would refute the claim.</summary>
    public const string Refutation = "No peak of the median test error between the narrowest and the widest network; visible noise whose medians do not follow "
        + "the test error's over the widths (rank correlation below 0.7); a peak that is not lower by a quarter without the visible noise; or "
        + "one that training on clean labels does not halve. The experiment fails where the control lowers the peak too, where C4 says that the "
        + "division is off, "
        + "or where the networks from the peak on do not interpolate.";

    private const double RankCorrelation = 0.7, Lower = 0.75, Half = 0.5, Interpolates = 0.1, Off = 0.1, Ranges = 2;

    /// <summary>Medians of three seeds by a program of its own (PyTorch), from before this study.</summary>
    public static IReadOnlyDictionary<string, (double TestError, double VisibleNoise)> Prototype { get; } = new Dictionary<string, (double, double)>
    {
        ["width 1"] = (0.73, 0.27), ["width 2"] = (0.86, 0.39), ["width 4"] = (1.08, 1.07), ["width 8"] = (1.47, 1.61), ["width 20"] = (1.91, 1.48),
        ["width 40"] = (1.29, 0.80), ["width 100"] = (0.68, 0.62),
    };

    /// <summary>The width with the largest median.</summary>
    public static string Peak(IReadOnlyList<ExperimentRow> rows, string name) => LabRows.Groups(rows).MaxBy(g => LabRows.Median(rows, g, name))!;

    /// <summary>|median − prototype| in interquartile ranges of the runs.</summary>
    public static double Distance(IReadOnlyList<ExperimentRow> rows, string group, string name, double prototype) =>
        Math.Abs(LabRows.Median(rows, group, name) - prototype) / LabStatistics.Quartiles(LabRows.Values(rows, group, name));

    /// <summary>All of them, those of the claim first.</summary>
    public static IEnumerable<Criterion> Of(IReadOnlyList<ExperimentRow> rows, bool quick)
    {
        string[] groups = LabRows.Groups(rows);
        double At(string group, string name) => LabRows.Median(rows, group, name);
        string peak = Peak(rows, R.TestError);
        double top = At(peak, R.TestError);
        yield return new(CriterionKind.Claim, "The median test error peaks between the narrowest and the widest "
            + "network", peak != groups[0] && peak != groups[^1],
            $"{peak}: {Short(top)}; {groups[0]}: {Short(At(groups[0], R.TestError))}, {groups[^1]}: {Short(At(groups[^1], R.TestError))}");
        if (!quick)
        {
            double rank = LabStatistics.RankCorrelation([.. groups.Select(g => At(g, R.TestError))], [.. groups.Select(g => At(g, R.VisibleNoise))]);
            yield return new(CriterionKind.Claim, $"Over the widths, medians of visible noise and test error have a rank correlation of "
                + $"{Short(RankCorrelation)} "
                + "or more", rank >= RankCorrelation, Short(rank));
        }
        yield return new(CriterionKind.Claim, $"At the peak the test error without the visible noise is at most {Short(Lower)} of the test error",
            At(peak, R.Without) <= Lower * top, $"{Short(At(peak, R.Without))} of {Short(top)}");
        yield return new(CriterionKind.Claim, $"At the peak the training on clean labels has at most {Short(Half)} of the test error",
            At(peak, R.CleanError) <= Half * top, $"{Short(At(peak, R.CleanError))} of {Short(top)}");
        yield return new(CriterionKind.Power, "The control, noise of the same size on other examples, does not lower the test error at the peak",
            At(peak, R.WithoutWrong) >= top, $"{Short(At(peak, R.WithoutWrong))} against {Short(top)}");
        yield return new(CriterionKind.Power, $"The median error of C4, which the division rests on, is at most {Short(Off)} at every width",
            groups.All(g => At(g, R.Transfer) <= Off), Short(groups.Max(g => At(g, R.Transfer))));
        if (quick) yield break;
        string[] beyond = groups[Array.IndexOf(groups, peak)..];
        yield return new(CriterionKind.Power, $"From the peak on networks interpolate: median training error at most {Short(Interpolates)}",
            beyond.All(g => At(g, R.TrainError) <= Interpolates), Short(beyond.Max(g => At(g, R.TrainError))));
        foreach (var (name, title) in ((string, string)[])[(R.TestError, "test error"), (R.VisibleNoise, "visible noise")])
        {
            double[] distances = [.. groups.Select(g => Distance(rows, g, name, name == R.TestError ? Prototype[g].TestError : Prototype[g].VisibleNoise))];
            yield return new(CriterionKind.Power, $"The prototype's {title} is within {Short(Ranges)} interquartile ranges of the median at every width",
                distances.All(d => d <= Ranges), $"largest distance {Short(distances.Max(), 2)}, at {groups[Array.IndexOf(distances, distances.Max())]}");
        }
    }
}
