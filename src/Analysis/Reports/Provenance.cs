using System.Reflection;

namespace KernelFlow.Analysis.Reports;

/// <summary>What made a result and how to make it again.</summary>
internal static class Provenance
{
    /// <summary>Version of the toolkit: "0.1.0".</summary>
    public static string ToolVersion { get; } =
        typeof(ReservoirAnalysis).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

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
