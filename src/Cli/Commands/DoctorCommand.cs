using KernelFlow.Files;
using System.CommandLine;
using System.Runtime.InteropServices;
using KernelFlow.Reporting;
using KernelFlow.Cli.Doctor;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow doctor</c>: which linear algebra is used, how fast it is, and what would be faster.</summary>
internal static class DoctorCommand
{
    /// <summary>Share of the multiply-add peak below which a library is called slow.</summary>
    private const double SlowShare = 0.4;

    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var full = new Option<bool>("--full") { Description = "Also measure products of orders 1000 and 2000 with every library found (some ten seconds)." };
        var forget = new Option<bool>("--forget") { Description = "Forget which libraries were the fastest, and measure them again." };
        var command = new Command("doctor",
            "Say which dense linear algebra is used, measure it against what the processor can do, and say what to install.")
            { full, forget, backend, threads };
        CommonOptions.AddVerbosity(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var verbosity = CommonOptions.VerbosityOf(parsed);
            if (parsed.GetValue(forget)) BackendMemory.Forget();
            var dense = Backends.Resolve(terminal, parsed, backend, threads);
            var (peak, one, all, large) = await ProgressDisplay.RunAsync(terminal, verbosity, progress =>
            {
                progress.Report(new StageProgress("multiply-add peak", 0));
                double peak = PeakRate.Measure(cancellation);
                progress.Report(new StageProgress("matrix product, one thread", 0));
                double one = ProductRate.Measure(Backend.Resolve(parsed.GetValue(backend) ?? "auto", 1), cancellation);
                progress.Report(new StageProgress("matrix product, all threads", 0));
                double all = ProductRate.Measure(dense, cancellation);
                var large = parsed.GetValue(full)
                    ? LargeProducts.Measure(share => progress.Report(new StageProgress("large products", share)), cancellation) : null;
                return (peak, one, all, large);
            }, cancellation).ConfigureAwait(false);
            Write(terminal.Out, dense, peak, one, all, large);
            return ExitCodes.Done;
        });
        Examples.Add(command, "kernelflow doctor", "kernelflow doctor --backend managed", "kernelflow doctor --full", "kernelflow doctor --forget");
        return command;
    }

    private static void Write(TextWriter writer, Backend backend, double peak, double one, double all, LargeProducts? large)
    {
        void Line(string name, string text) => writer.WriteLine($"{name,-13} {text}");
        Line("tool", $"kernelflow {ToolInfo.Current.Version}, .NET {Environment.Version}, {RuntimeInformation.OSDescription} "
            + $"{RuntimeInformation.ProcessArchitecture}");
        Line("processor", $"{NumberText.Count(Environment.ProcessorCount)} logical processors; vectors of {NumberText.Count(PeakRate.VectorBits)} bits");
        Line("backend", $"{backend.Name}, core {backend.Core}, {NumberText.Count(backend.Threads)} thread(s)");
        foreach (var (name, text) in ChoiceText.Lines(backend)) Line(name, text);
        Line("peak", $"{NumberText.Short(peak / 1e9)} Gflop/s on one core (multiply-adds, measured)");
        Line("product", $"{NumberText.Short(one / 1e9)} Gflop/s with one thread ({NumberText.Percent(one / peak)} of the peak), "
            + $"{NumberText.Short(all / 1e9)} with {NumberText.Count(backend.Threads)} (order {NumberText.Count(ProductRate.Order)}, float64)");
        foreach (var (name, text) in large?.Lines() ?? []) Line(name, text);
        foreach (var finding in Backend.Available(backend.Threads)) Line(State(finding.State), $"{finding.Name}: {finding.Text}{Checked(finding)}");
        foreach (string advice in Advice(backend, one / peak)) Line("advice", advice);
    }

    private static string State(BackendState state) => state switch
    {
        BackendState.Usable => "found",
        BackendState.Refused => "refused",
        _ => "not found",
    };

    private static string Checked(BackendFinding finding) =>
        finding is { Usable: true, Checks.Count: > 0 } ? $"; {NumberText.Count(finding.Checks.Count)} checks of its routines passed" : "";

    private static IEnumerable<string> Advice(Backend backend, double share)
    {
        bool slow = share < SlowShare, any = false;
        if (backend.Warning is { } warning)
        {
            any = true;
            yield return warning;
        }
        if (slow && !Backend.Available(backend.Threads).Any(b => b.Usable && b.Name != "managed"))
        {
            any = true;
            yield return RuntimeInformation.IsOSPlatform(OSPlatform.Linux)
                ? "install OpenBLAS with your distribution's package manager (libopenblas0 or openblas)"
                : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "the system's Accelerate was not usable; install openblas"
                    : "put libopenblas.dll or mkl_rt.2.dll on the PATH, or name it with --backend";
        }
        else if (slow)
        {
            any = true;
            yield return "the library reaches little of the processor's peak; try the others found above with --backend (a busy machine also looks like this)";
        }
        foreach (string text in ChoiceText.Advice(backend))
        {
            any = true;
            yield return text;
        }
        if (!any) yield return "nothing to do";
    }
}
