using KernelFlow.Files;

namespace KernelFlow.Reporting;

/// <summary>What made a result and how to make it again.</summary>
internal static class Provenance
{
    private const int LongestFact = 1000;

    /// <summary>What was analysed, with what, and at which cost.</summary>
    public static IEnumerable<(string What, string Value)> Facts(ReservoirAnalysis analysis)
    {
        var (run, options, performance) = (analysis.Run, analysis.Options, analysis.Performance);
        string parameters = run.Parameters is { } d ? $"{NumberText.Count(d)} parameters" : "kernel blocks";
        yield return ("run", $"{(run.Name is { } name ? name + ": " : "")}{run.Loss} loss; {NumberText.Count(run.Train)} training and "
            + $"{NumberText.Count(run.Test)} test examples, {NumberText.Count(run.Outputs)} output(s) each; {parameters}; "
            + $"{NumberText.Count(run.Checkpoints)} checkpoints in the window");
        if (run.Optimizer is { } optimizer) yield return ("optimizer", optimizer.Description);
        foreach (var (key, value) in run.Metadata) yield return ($"recorded: {PrintableText.Name(key)}", PrintableText.Name(value, LongestFact));
        yield return ("input", run.InputHash ?? "built in memory");
        yield return ("tool", $"kernelflow {analysis.Tool.Version}");
        yield return ("runtime", analysis.Tool.Runtime);
        if (options.Extent == AnalysisExtent.ClaimsOnly) yield return ("extent", "C1 to C4 and the recording only (--claims-only)");
        if (options.Extent == AnalysisExtent.MatrixFree)
            yield return ("extent", $"matrix-free: no matrix over the training outputs was formed ({options.SolverReason ?? "asked for"})");
        yield return ("window", $"t = {NumberText.RoundTrip(analysis.Window.From)} to {NumberText.RoundTrip(analysis.Window.To)}");
        yield return ("mode", options.Mode.Name() + (options.ModeReason is { } why ? $" ({why})" : ""));
        yield return ("method", options.Method + (options.MethodReason is { } because ? $" ({because})" : ""));
        yield return ("interpolation", analysis.Descent is { Quadrature: not DescentQuadrature.Interpolated } ? "none: every step was recorded"
            : options.Interpolation);
        if (options.Reduction is { } range)
            yield return ("range reduction", FormattableString.Invariant(
                $"{range.Rank} of N = {range.Size} dimensions, which changes P, W_S and G by at most {range.Bound:G2} of them ({range.Reason})"));
        yield return ("relative tolerance", NumberText.RoundTrip(options.RelativeTolerance) + (options.ToleranceReason is { } chosen ? $" ({chosen})" : ""));
        if (options.Extent != AnalysisExtent.ClaimsOnly) yield return ("threshold", NumberText.RoundTrip(options.Threshold));
        yield return ("seed", NumberText.Count(options.Seed));
        yield return ("backend", performance.Backend);
        yield return ("cost", $"{NumberText.Short(performance.Seconds)} s, {NumberText.Short(performance.PeakBytes / 1e6)} MB at most, "
            + $"{NumberText.Count(performance.Steps)} steps ({NumberText.Count(performance.RejectedSteps)} rejected)");
    }

    /// <summary>What the command needs.</summary>
    public static string HowToRepeat(ReservoirAnalysis analysis) => analysis.Run.InputHash is null
        ? "The run was built in memory; recorded to a folder RUN, this command repeats the analysis:"
        : $"To make it again, beside the folder {RunFolder(analysis)} with the input above. (In that folder, “sha256sum run.json, the targets, and the "
            + "checkpoints of the window in order | sha256sum” prints the same number as the input.)";

    /// <summary>The command that repeats the analysis, with every automatic choice written out; RUN stands for a folder whose name is not known.</summary>
    public static string Command(ReservoirAnalysis analysis)
    {
        var options = analysis.Options;
        // A descent recursion has no integration method to choose.
        string method = options is { Mode: AnalysisMode.Flow, Extent: not AnalysisExtent.MatrixFree } ? $" --method {options.Method}" : "";
        string seed = options.Seed == 0 ? "" : $" --seed {NumberText.Count(options.Seed)}";
        bool whole = options.Extent == AnalysisExtent.Whole;
        string independent = options.IndependentCheck || !whole ? "" : " --no-independent";
        string applied = analysis.MatrixFree.TryGet(out var found) ? $" --solver matrix-free --modes {NumberText.RoundTrip(found.Modes.Count)}" : "";
        string extent = options.Extent == AnalysisExtent.ClaimsOnly ? " --claims-only" : $"{applied} --threshold {NumberText.RoundTrip(options.Threshold)}";
        string apart = options.ByInterval ? " --by-interval" : "";
        return $"kernelflow analyze {RunFolder(analysis)} --out DIR --mode {options.Mode.Name()}{method} --interpolation {options.Interpolation}"
            + $" --rtol {NumberText.RoundTrip(options.RelativeTolerance)}{extent}"
            + $" --from {NumberText.RoundTrip(analysis.Window.From)} --to {NumberText.RoundTrip(analysis.Window.To)}{independent}{apart}{seed}";
    }

    // A name that a shell would take apart stands in quotes.
    private static string RunFolder(ReservoirAnalysis analysis) =>
        analysis.Run.Name is not { Length: > 0 } name ? "RUN" : name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && name[0] != '-'
            ? name : $"'{name.Replace("'", "'\\''")}'";
}
