using System.CommandLine;
using System.Globalization;

namespace KernelFlow.Cli;

/// <summary>The option --reduce: a dimension, a tolerance, auto or off.</summary>
internal static class Reductions
{
    private const string Forms = "a dimension (50), a tolerance below 1 (1e-6), auto or off";

    /// <summary>Makes the option.</summary>
    public static Option<ReductionChoice?> Option()
    {
        var option = new Option<ReductionChoice?>("--reduce")
        {
            Description = "Integrate the flow on the range that the kernels have in common, with a proved bound in the budget: of so many dimensions, "
                + "of as many as keep the bound below a tolerance, or auto (the default): where it is below rtol and saves time.",
            HelpName = "range",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (text == ReductionChoice.AutoName) return ReductionChoice.Auto;
                if (text == ReductionChoice.OffName) return ReductionChoice.Off;
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int rank) && rank > 0) return ReductionChoice.OfRank(rank);
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double tolerance) && tolerance is > 0 and < 1)
                    return ReductionChoice.OfTolerance(tolerance);
                result.AddError($"--reduce: {text} is not a range; write {Forms}.");
                return null;
            },
        };
        option.CompletionSources.Add(_ => (string[])[ReductionChoice.AutoName, ReductionChoice.OffName]);
        return option;
    }
}
