using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.RandomLabels.RandomLabelsRun;

namespace KernelFlow.Validation.RandomLabels;

/// <summary>What the verdict on random labels rests on.</summary>
internal static class RandomLabelsCriteria
{
    /// <summary>Begins the names of the control: labels are exchanged before a fraction is made random.</summary>
    public const string Control = "control, ";

    /// <summary>What the theory says.</summary>
    public const string Claim = "Random labels are fitted through more modes of W_S: the channel grows with their fraction, and so does the visible "
        + "noise −G_Q g_noise, "
        + "which is what the test error grows by. While anything is left to fit, more is left of the noise than of the signal.";

    /// <summary>What would refute the claim.</summary>
    public const string Refutation = "In either network: filled modes, or visible noise, whose medians do not grow with the fraction (rank correlation "
        + "below 0.7, and 0.9); a "
        + "test error with random labels that is not halved by taking off the visible noise; or a fraction at which the median share of energy that is left is "
        + "not larger for the noise than for the signal. The experiment fails where a training does not fit its labels, or where the control has more "
        + "noise left "
        + "than signal as well.";

    private const double Filled = 0.7, Visible = 0.9, Half = 0.5, Fits = 0.15, ControlRatio = 1.5;

    /// <summary>The networks, in the order in which they occur: what stands before the fraction.</summary>
    public static string[] Networks(IReadOnlyList<ExperimentRow> rows) =>
        [.. LabRows.Groups(rows).Where(g => !IsControl(g)).Select(g => g[..g.LastIndexOf(", ", StringComparison.Ordinal)]).Distinct()];

    /// <summary>The kinds of a network, by growing fraction.</summary>
    public static string[] Groups(IReadOnlyList<ExperimentRow> rows, string network) =>
        [.. LabRows.Groups(rows).Where(g => g.StartsWith(network + ", ", StringComparison.Ordinal)).OrderBy(g => LabRows.Median(rows, g, R.Fraction))];

    /// <summary>All of them, those of the claim first.</summary>
    public static IEnumerable<Criterion> Of(IReadOnlyList<ExperimentRow> rows, bool quick)
    {
        string[] networks = Networks(rows);
        double At(string group, string name) => LabRows.Median(rows, group, name);
        double Rank(string network, string name)
        {
            string[] groups = Groups(rows, network);
            return LabStatistics.RankCorrelation([.. groups.Select(g => At(g, R.Fraction))], [.. groups.Select(g => At(g, name))]);
        }
        Criterion Grows(string title, string name, double least) => new(CriterionKind.Claim,
            $"Medians of {title} grow with the fraction: rank correlation of {Short(least)} or more in every "
                + "network", networks.All(n => Rank(n, name) >= least),
            string.Join("; ", networks.Select(n => $"{n}: {Short(Rank(n, name))}, " + string.Join(" ", Groups(rows, n).Select(g => Short(At(g, name)))))));
        // Two seeds and short trainings do not decide this.
        if (!quick) yield return Grows("filled modes", R.Filled, Filled);
        yield return Grows("visible noise", R.VisibleNoise, Visible);
        string[] random = [.. networks.Select(n => Groups(rows, n)[^1])];
        if (!quick) yield return new(CriterionKind.Claim, $"With random labels alone the test error without the visible noise is at most {Short(Half)} "
            + "of the test error",
            random.All(g => At(g, R.Without) <= Half * At(g, R.TestError)),
            string.Join("; ", random.Select(g => $"{g}: {Short(At(g, R.Without))} of {Short(At(g, R.TestError))}")));
        string[] noisy = [.. networks.SelectMany(n => Groups(rows, n)).Where(g => At(g, R.Fraction) > 0)];
        string[] less = [.. noisy.Where(g => !(At(g, R.NoiseReservoir) > At(g, R.CleanReservoir)))];
        yield return new(CriterionKind.Claim, "More energy is left of the noise than of the signal, in the median at every fraction", less.Length == 0,
            (less.Length == 0 ? "" : $"not at {string.Join(", ", less)}; ")
                + string.Join("; ", noisy.Select(g => $"{g}: {Short(At(g, R.NoiseReservoir))} and {Short(At(g, R.CleanReservoir))}")));

        string[] controls = [.. LabRows.Groups(rows).Where(IsControl)];
        double ratio = controls.Max(g => At(g, R.NoiseReservoir) / At(g, R.CleanReservoir));
        yield return new(CriterionKind.Power, $"The control, labels exchanged before half of them are made random, has at most {Short(ControlRatio)} "
            + "times as much left of "
            + "the noise as of the signal", ratio <= ControlRatio, $"{Short(ratio)} times");
        if (quick) yield break;
        double worst = LabRows.Groups(rows).Max(g => At(g, R.TrainError));
        yield return new(CriterionKind.Power, $"Every kind of training fits its labels: median training error at most {Short(Fits)}", worst <= Fits,
            $"at most {Short(worst)}");
    }

    private static bool IsControl(string group) => group.StartsWith(Control, StringComparison.Ordinal);
}
