using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow sketch RUN --columns K --out RUN2</c>.</summary>
internal static class SketchCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var columns = Numbers.Whole("--columns", $"Columns of the sketch, at least {SketchedJacobians.FewestColumns}.", SketchedJacobians.FewestColumns);
        columns.Required = true;
        var seed = Numbers.Seed("--seed", "Seed of the random matrix. Default: 0.");
        var command = ConversionCommand.Build(terminal, "sketch",
            "Turn a run with Jacobians into one with sketched Jacobians: J R with a random R of few columns.", "sketched Jacobians", [columns, seed],
            (c, cancellation) => SketchedJacobians.Convert(c.Run.Checkpoints, c.Folder, c.Parsed.GetRequiredValue(columns)!.Value, c.Parsed.GetValue(seed) ?? 0,
                c.Backend, c.Run.Metadata, c.Overwrite, c.Progress, cancellation));
        Examples.Add(command,
            "kernelflow sketch runs/digits --columns 1024 --out runs/digits-sketched",
            "kernelflow sketch runs/digits --columns 256 --seed 1 --out runs/early --to 12.5");
        return command;
    }
}
