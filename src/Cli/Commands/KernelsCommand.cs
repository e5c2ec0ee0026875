using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow kernels RUN --out RUN2</c>.</summary>
internal static class KernelsCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var command = ConversionCommand.Build(terminal, "kernels",
            "Turn a run with Jacobians into one with kernel blocks and cross blocks: no parameters, same analysis.", "kernel blocks", [],
            (c, cancellation) => KernelBlocks.Convert(c.Run.Checkpoints, c.Folder, c.Backend, c.Run.Metadata, c.Overwrite, c.Progress, cancellation));
        Examples.Add(command,
            "kernelflow kernels runs/digits --out runs/digits-kernels",
            "kernelflow kernels runs/digits --out runs/early --to 12.5");
        return command;
    }
}
