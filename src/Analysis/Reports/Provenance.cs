using System.Reflection;

namespace KernelFlow.Analysis.Reports;

/// <summary>What made a result and how to make it again.</summary>
internal static class Provenance
{
    /// <summary>Version of the toolkit: "0.1.0".</summary>
    public static string ToolVersion { get; } =
        typeof(ReservoirAnalysis).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>What was analysed, with what, and at which cost.</summary>
    public static IEnumerable<(string What, string Value)> Facts(ReservoirAnalysis analysis)
    {
        var (run, options, performance) = (analysis.Run, analysis.Options, analysis.Performance);
        string parameters = run.Parameters is { } d ? $"{NumberText.Count(d)} parameters" : "kernel blocks";
        yield return ("run", $"{run.Loss} loss; {NumberText.Count(run.Train)} training and {NumberText.Count(run.Test)} test examples, {NumberText.Count(run.Outputs)} output(s) each; {parameters}; {NumberText.Count(run.Checkpoints)} checkpoints in the window");
        yield return ("input", run.InputHash ?? "built in memory");
        yield return ("tool", $"kernelflow {ToolVersion}");
        yield return ("window", $"t = {NumberText.RoundTrip(analysis.Window.From)} to {NumberText.RoundTrip(analysis.Window.To)}");
        yield return ("mode", options.Mode + (options.ModeReason is { } why ? $" ({why})" : ""));
        yield return ("method", options.Method + (options.MethodReason is { } because ? $" ({because})" : ""));
        yield return ("interpolation", analysis.Descent is { Quadrature: not "interpolated" } ? "none: every step was recorded" : options.Interpolation);
        yield return ("relative tolerance", NumberText.RoundTrip(options.RelativeTolerance));
        yield return ("threshold", NumberText.RoundTrip(options.Threshold));
        yield return ("seed", NumberText.Count(options.Seed));
        yield return ("backend", performance.Backend);
        yield return ("cost", $"{NumberText.Short(performance.Seconds)} s, {NumberText.Short(performance.PeakBytes / 1e6)} MB at most, {NumberText.Count(performance.Steps)} steps ({NumberText.Count(performance.RejectedSteps)} rejected)");
    }

    /// <summary>The command that repeats the analysis, with every automatic choice written out; RUN stands for the run's folder.</summary>
    public static string Command(ReservoirAnalysis analysis)
    {
        var options = analysis.Options;
        // A descent recursion has no integration method to choose.
        string method = Integrators.Methods.Names.Contains(options.Method) ? $" --method {options.Method}" : "";
        string seed = options.Seed == 0 ? "" : $" --seed {NumberText.Count(options.Seed)}";
        return $"kernelflow analyze RUN --out DIR --mode {options.Mode}{method} --interpolation {options.Interpolation}"
            + $" --rtol {NumberText.RoundTrip(options.RelativeTolerance)} --threshold {NumberText.RoundTrip(options.Threshold)}"
            + $" --from {NumberText.RoundTrip(analysis.Window.From)} --to {NumberText.RoundTrip(analysis.Window.To)}{seed}";
    }
}
