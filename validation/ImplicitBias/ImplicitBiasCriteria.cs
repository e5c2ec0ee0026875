using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.ImplicitBias.ImplicitBiasRun;

namespace KernelFlow.Validation.ImplicitBias;

/// <summary>What the verdict on implicit bias rests on.</summary>
internal static class ImplicitBiasCriteria
{
    /// <summary>Names of the linear model, and of the networks between which the miss is expected to grow.</summary>
    public const string Linear = "linear", Wide = "tanh 200", Kinked = "ReLU 16,16";

    /// <summary>What would refute the claim.</summary>
    public const string Refutation = "A linear model whose test outputs are missed by more than 1e-8, or whose E*(T − s) differs by as much from ‖w(T) "
        + "− w(s)‖², the "
        + "length of its own weights' way; an E* above gᵀWg in any training; a kind of network whose recorded kernels miss more than the kernel of the "
        + "start, in the "
        + "median; a median miss of the wide tanh network that is not the smallest of the networks. The experiment fails where the control, the test "
        + "outputs of the "
        + "next example, is not missed by at least half of their size in every training.";

    private const double Rounding = 1e-8, ControlMiss = 0.5, Ranges = 2;

    // What a program of its own (PyTorch) had before this study: E*/gᵀWg over all kinds, and the miss of each.
    private static readonly (double Least, double Most) s_prototypeEnergy = (0.015, 0.16);

    private static readonly (string Group, double Least, double Most)[] s_prototype =
        [(Wide, 0.013, 0.013), ("tanh 24", 0.12, 0.22), ("GELU 16,16", 0.12, 0.22), (Kinked, 0.65, 0.65)];

    /// <summary>All of them, those of the claim first.</summary>
    public static IEnumerable<Criterion> Of(IReadOnlyList<ExperimentRow> rows, bool quick)
    {
        string[] networks = [.. LabRows.Groups(rows).Where(g => g != Linear)];
        ExperimentRow[] linear = [.. rows.Where(r => r.Group == Linear)];
        double miss = linear.Max(r => LabRows.Value(r, R.Miss)), energy = linear.Max(r => Math.Abs(LabRows.Value(r, R.LinearEnergy) - 1));
        yield return new(CriterionKind.Claim, $"A linear model's ΔU_Q is met, and its E*(T − s) is ‖w(T) − w(s)‖², to {Short(Rounding)} in every training",
            miss <= Rounding && energy <= Rounding, $"{Count(linear.Length)} trainings: at most {Short(miss)} and {Short(energy)}");
        double ratio = rows.Max(r => LabRows.Value(r, R.EnergyRatio));
        yield return new(CriterionKind.Claim, "E* is at most gᵀWg in every training", ratio <= 1, $"largest ratio {Short(ratio)}");
        string[] worse = [.. networks.Where(g => !(LabRows.Median(rows, g, R.Miss) < LabRows.Median(rows, g, R.FrozenMiss)))];
        yield return new(CriterionKind.Claim, "The recorded kernels miss less than the kernel of the start, in the median of every kind of "
            + "network", worse.Length == 0,
            string.Join("; ", networks.Select(g => $"{g}: {Short(LabRows.Median(rows, g, R.Miss))} against {Short(LabRows.Median(rows, g, R.FrozenMiss))}")));
        string nearest = networks.MinBy(g => LabRows.Median(rows, g, R.Miss))!;
        yield return new(CriterionKind.Claim, "Of the networks the wide tanh network has the smallest median miss", nearest == Wide, nearest);
        double control = rows.Min(r => LabRows.Value(r, R.PermutedMiss));
        yield return new(CriterionKind.Power, $"The control, the test outputs of the next example, is missed by at least {Short(ControlMiss)} in every "
            + "training",
            control >= ControlMiss, $"at least {Short(control)}");
        if (quick) yield break;
        foreach (var (group, least, most) in s_prototype)
            yield return Prototype($"miss of {group}", LabRows.Values(rows, group, R.Miss), least, most, v => v);
        // Energies of different kinds differ by factors.
        yield return Prototype("E*/gᵀWg over all kinds of "
            + "network", [.. networks.SelectMany(g => LabRows.Values(rows, g, R.EnergyRatio)).Select(v => Math.Log(v))],
            Math.Log(s_prototypeEnergy.Least), Math.Log(s_prototypeEnergy.Most), Math.Exp);
    }

    private static Criterion Prototype(string name, double[] all, double least, double most, Func<double, double> shown)
    {
        double median = LabStatistics.Median(all), reach = Ranges * LabStatistics.Quartiles(all);
        return new(CriterionKind.Power, $"The prototype's {name}, {Short(shown(least))}{(least < most ? $" to {Short(shown(most))}" : "")}, reaches within "
            + $"{Short(Ranges)} interquartile ranges of the median", least <= median + reach && most >= median - reach,
            $"{Short(shown(median - reach))} to {Short(shown(median + reach))}");
    }
}
