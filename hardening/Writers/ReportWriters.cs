using System.Text;
using System.Text.RegularExpressions;
using KernelFlow.Hardening.Fuzzing;

namespace KernelFlow.Hardening.Writers;

/// <summary><c>analyze --save-operators</c>: every file of the folder must be what results.json renders to again, and the operators those of the run.</summary>
internal sealed class AnalyzeWriter(Tool tool, Inputs inputs) : Writer(tool, inputs)
{
    /// <inheritdoc/>
    public override string Name => "analyze";

    /// <inheritdoc/>
    public override string[] Arguments(Which which, string output) =>
        ["analyze", Inputs.Run((int)which), "--out", output, "--save-operators", .. Inputs.Common];

    /// <inheritdoc/>
    public override State Look(string output)
    {
        if (!Directory.Exists(output) || !Pages(output).Any()) return new State(Condition.Nothing);
        ReservoirAnalysis analysis;
        try
        {
            analysis = ResultsFile.Read(output);
        }
        catch (InvalidResultsException e)
        {
            return new State(Condition.Refused, e.Message);
        }
        var which = analysis.Run.Optimizer?.LearningRate.ToString(System.Globalization.CultureInfo.InvariantCulture) == Inputs.Rate(0)
            ? Which.Earlier : Which.Later;
        using var work = new WorkFolder();
        string again = work.Of("again"), operators = Path.Combine(output, ReservoirReports.OperatorsFile);
        analysis.WriteFolder(again);
        foreach (string file in Pages(again))
        {
            string there = Path.Combine(output, file);
            if (!File.Exists(there)) return State.Wrong("results.json is read, and a file of its report is missing", file);
            if (!File.ReadAllBytes(there).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(again, file))))
                return State.Wrong("a mixture that is taken for sound", file);
        }
        if (Pages(output).Except(Pages(again)).FirstOrDefault(f =>
            f != ReservoirReports.OperatorsFile && Pages(Reference(Which.Earlier)).Contains(f)) is { } stale)
            return State.Wrong("a file of the earlier report stands beside the later one", stale);
        if (File.Exists(operators) && !SameTensors(operators, Path.Combine(Reference(which), ReservoirReports.OperatorsFile)))
            return State.Wrong("operators of another analysis beside results.json");
        return new State((Condition)((int)Condition.Earlier + (int)which));
    }

    private static bool SameTensors(string file, string reference)
    {
        var (found, expected) = (ReferenceDecoder.Decode(File.ReadAllBytes(file)), ReferenceDecoder.Decode(File.ReadAllBytes(reference))!);
        return found is not null && found.Count == expected.Count
            && expected.All(e => found.TryGetValue(e.Key, out double[]? x) && x.AsSpan().SequenceEqual(e.Value));
    }

    private static IEnumerable<string> Pages(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(folder, f)).Where(f => !IsPassing(f) && (f.Contains('/') ? f.StartsWith("figures/", StringComparison.Ordinal)
            || f.StartsWith("tables/", StringComparison.Ordinal) : f.StartsWith("report.", StringComparison.Ordinal) || f == ResultsFile.Name
            || f == ReservoirReports.OperatorsFile));
}

/// <summary>Commands whose output is the same text each time, but for the ids by which files say that they belong together.</summary>
/// <param name="tool">The program.</param>
/// <param name="inputs">What it reads.</param>
/// <param name="main">The file that programs read.</param>
/// <param name="inner">The folder of the report in the output folder.</param>
internal abstract partial class RepeatableWriter(Tool tool, Inputs inputs, string main, string inner) : Writer(tool, inputs)
{
    /// <inheritdoc/>
    public override State Look(string output)
    {
        string folder = Path.Combine(output, inner);
        var references = Enum.GetValues<Which>().ToDictionary(w => w, w => Texts(Path.Combine(Reference(w), inner)));
        var found = Directory.Exists(folder) ? Texts(folder) : [];
        foreach (string foreign in found.Keys.Where(f => !references.Values.Any(r => r.ContainsKey(f))).ToArray()) found.Remove(foreign);
        if (found.Count == 0) return new State(Condition.Nothing);
        if (!found.TryGetValue(main, out string? text)) return new State(Condition.Refused, $"no {main}");
        if (references.Where(r => r.Value[main] == text).Select(r => (Which?)r.Key).FirstOrDefault() is not { } which)
            return State.Wrong($"{main} is of neither output");
        var whole = references[which];
        if (whole.Keys.FirstOrDefault(f => !found.TryGetValue(f, out string? there) || there != whole[f]) is { } wrong)
            return State.Wrong(found.ContainsKey(wrong) ? "a mixture that is taken for sound" : "a report with a file missing", wrong);
        if (found.Keys.FirstOrDefault(f => !whole.ContainsKey(f)) is { } stale) return State.Wrong("a file of the other report stands beside this one", stale);
        string[] ids = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => whole.ContainsKey(Path.GetRelativePath(folder, f)))
            .SelectMany(f => Stamp().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct()];
        return ids.Length > 1 ? State.Wrong("files with different ids", string.Join(", ", ids)) : new State((Condition)((int)Condition.Earlier + (int)which));
    }

    private static Dictionary<string, string> Texts(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(f => !IsPassing(f)).ToDictionary(f => Path.GetRelativePath(folder, f), f => Id().Replace(File.ReadAllText(f, Encoding.UTF8), "ID"));

    [GeneratedRegex("[0-9a-f]{16,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Id();

    [GeneratedRegex("(?:analysis|report|comparison)(?: id|-id|Id)\\W{1,6}([0-9a-f]{16,})")]
    private static partial Regex Stamp();
}

/// <summary><c>compare</c> of reports.</summary>
internal sealed class CompareWriter(Tool tool, Inputs inputs) : RepeatableWriter(tool, inputs, ComparisonReports.JsonFile, "")
{
    /// <inheritdoc/>
    public override string Name => "compare";

    /// <inheritdoc/>
    public override string[] Arguments(Which which, string output) =>
        ["compare", Inputs.Report((int)which), Inputs.Report(2), "--out", output, .. Inputs.Common];
}

/// <summary><c>validate</c>, the smallest part of an experiment.</summary>
internal sealed class ValidateWriter(Tool tool, Inputs inputs) : RepeatableWriter(tool, inputs, ExperimentReports.JsonFile, "calibration")
{
    /// <inheritdoc/>
    public override string Name => "validate";

    /// <inheritdoc/>
    public override string[] Arguments(Which which, string output) =>
        ["validate", "--only", "calibration", "--quick", "--runs", "1", "--cells", "gradient-descent/sparse/tanh", "--seed", which == Which.Earlier ? "1" : "3",
            "--out", output, .. Inputs.Common];
}
