using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.Sequestering.SequesteringRun;

namespace KernelFlow.Validation.Sequestering;

/// <summary>What the verdict on sequestering rests on.</summary>
internal static class SequesteringCriteria
{
    /// <summary>Begins the names of the controls.</summary>
    public const string Shuffled = "control, ";

    public const string Claim = "TODO", Refutation = "TODO";

    /// <summary>An activation, as names have it.</summary>
    public static string Word(ActivationKind activation) => activation == ActivationKind.Tanh ? "tanh" : activation == ActivationKind.Gelu ? "GELU" : "ReLU";

    public static string Conclusion(IReadOnlyList<ExperimentRow> rows) => "TODO";

    public static IEnumerable<Criterion> Of(IReadOnlyList<ExperimentRow> rows, bool quick)
    {
        yield return new(CriterionKind.Claim, "x", true, Short(rows.Count));
    }
}
