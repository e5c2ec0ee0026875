using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.Sequestering.SequesteringRun;

namespace KernelFlow.Validation.Sequestering;

/// <summary>What the verdict on sequestering rests on.</summary>
internal static class SequesteringCriteria
{
    /// <summary>Begins the names of the controls: labels are exchanged before noise is put in.</summary>
    public const string Control = "control, ";

    /// <summary>What the theory says.</summary>
    public const string Claim = "Label noise is sequestered, whatever the shape of the network: more of its energy is left in the slow modes of W_S "
        + "than of the clean "
        + "signal's, and what was fitted of it moves the test outputs less than a random direction of the same size would.";

    /// <summary>What would refute the claim.</summary>
    public const string Refutation = "A kind of network of which, in the median, less than 1.5 times as large a share of energy is left of the noise as "
        + "of the clean signal; "
        + "or one whose test outputs respond to the noise with more than 0.9 of their response to random directions. The experiment fails where sizes "
        + "differ by "
        + "more than 3 %, where a network does not fit, where C4 is off by more than a quarter, or where the control, exchanged labels, has more noise "
        + "left as well.";

    private const double Left = 1.5, Visible = 0.9, Sizes = 1.03, Fits = 0.3, Off = 0.25;

    /// <summary>An activation, as names have it.</summary>
    public static string Word(ActivationKind activation) => activation == ActivationKind.Tanh ? "tanh" : activation == ActivationKind.Gelu ? "GELU" : "ReLU";

    /// <summary>The findings in a sentence or two.</summary>
    public static string Conclusion(IReadOnlyList<ExperimentRow> rows)
    {
        string[] networks = Networks(rows);
        double[] left = [.. networks.Select(g => Ratio(rows, g))], visible = [.. networks.Select(g => LabRows.Median(rows, g, R.ToRandom))];
        return $"{Count(networks.Length)} kinds of network of {Short(LabRows.All(rows, "parameters").Min(), 4)} to "
            + $"{Short(LabRows.All(rows, "parameters").Max(), 4)} "
            + $"parameters (medians over seeds). At the end {Short(left.Min())} to {Short(left.Max())} times as large a share of energy is left of the "
            + "noise as of the "
            + $"clean signal; the test outputs respond to the noise with {Short(visible.Min())} to {Short(visible.Max())} of their response to random "
            + "directions, and "
            + $"with {Short(networks.Min(g => LabRows.Median(rows, g, R.Relative)))} to {Short(networks.Max(g => LabRows.Median(rows, g, R.Relative)))} "
            + "of that to the "
            + $"clean signal. The reservoir at the threshold of 1e-3 holds {Percent(networks.Max(g => LabRows.Median(rows, g, R.NoiseReservoir)))} of "
            + "the noise or less.";
    }

    /// <summary>All of them, those of the claim first.</summary>
    public static IEnumerable<Criterion> Of(IReadOnlyList<ExperimentRow> rows, bool quick)
    {
        string[] networks = Networks(rows), controls = [.. LabRows.Groups(rows).Except(networks)];
        string[] fewer = [.. networks.Where(g => !(Ratio(rows, g) >= Left))];
        yield return new(CriterionKind.Claim, $"At least {Short(Left)} times as large a share of energy is left of the noise as of the clean signal, in "
            + "the median of every "
            + "kind of network", fewer.Length == 0, string.Join("; ", networks.Select(g => $"{g}: {Short(Ratio(rows, g))}")));
        if (!quick)
        {
            // Two seeds do not decide this.
            string[] seen = [.. networks.Where(g => !(LabRows.Median(rows, g, R.ToRandom) <= Visible))];
            yield return new(CriterionKind.Claim, $"The test outputs respond to the noise with at most {Short(Visible)} of their response to random "
                + "directions, in the median "
                + "of every kind of network", seen.Length == 0, string.Join("; ", networks.Select(g => $"{g}: {Short(LabRows.Median(rows, g, R.ToRandom))}")));
        }
        string[] left = [.. controls.Where(g => !(Ratio(rows, g) < Left))];
        yield return new(CriterionKind.Power, $"The control, labels exchanged before the noise is put in, has less than {Short(Left)} times as much left of it",
            left.Length == 0 && controls.Length > 0, string.Join("; ", controls.Select(g => $"{g}: {Short(Ratio(rows, g))}")));
        double[] sizes = LabRows.All(rows, "parameters");
        yield return new(CriterionKind.Power, $"Networks have one size: parameters differ by a factor of at most "
            + $"{Short(Sizes)}", sizes.Max() <= Sizes * sizes.Min(),
            $"{Short(sizes.Min(), 4)} to {Short(sizes.Max(), 4)}");
        double off = networks.Max(g => LabRows.Median(rows, g, R.Transfer));
        yield return new(CriterionKind.Power, $"The median error of C4 is at most {Short(Off)} in every kind of network", off <= Off, $"at most {Short(off)}");
        if (quick) yield break;
        double worst = networks.Max(g => LabRows.Median(rows, g, R.TrainError));
        yield return new(CriterionKind.Power, $"Every kind of network fits its labels: median training error at most {Short(Fits)}", worst <= Fits,
            $"at most {Short(worst)}");
    }

    // Of medians: the share of the signal that is left may be as small as rounding in one run.
    private static double Ratio(IReadOnlyList<ExperimentRow> rows, string group) =>
        LabRows.Median(rows, group, R.NoiseLeft) / LabRows.Median(rows, group, R.CleanLeft);

    private static string[] Networks(IReadOnlyList<ExperimentRow> rows) =>
        [.. LabRows.Groups(rows).Where(g => !g.StartsWith(Control, StringComparison.Ordinal))];
}
