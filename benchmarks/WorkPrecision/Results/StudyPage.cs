using KernelFlow.Files;
using System.Globalization;
using System.Text;
using KernelFlow.Reporting;
using static System.FormattableString;

namespace KernelFlow.WorkPrecision;

/// <summary>The page: the template's text with the figures and tables measured.</summary>
internal static class StudyPage
{
    /// <summary>Tolerances of the tables.</summary>
    private static readonly double[] _shown = [1e-4, 1e-6, 1e-8, 1e-10];

    /// <param name="results">What was measured.</param>
    /// <param name="figures">Path of the figure of a problem, relative to the page; null where there is none.</param>
    public static string Write(StudyResults results, Func<ProblemFacts, string?> figures)
    {
        using var stream = typeof(StudyPage).Assembly.GetManifestResourceStream("page.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Replace("{{machine}}", results.Machine, StringComparison.Ordinal)
            .Replace("{{limit}}", NumberText.Short(results.Limit), StringComparison.Ordinal)
            .Replace("{{problems}}", Problems(results), StringComparison.Ordinal)
            .Replace("{{results}}", string.Join("\n", results.Problems.Select(p => Problem(results, p, figures(p)))), StringComparison.Ordinal)
            .Replace("{{auto}}", Auto(results), StringComparison.Ordinal)
            .Replace("{{peers}}", Peers(results), StringComparison.Ordinal);
    }

    private static IEnumerable<double> Shown(StudyResults results) => _shown.Intersect(results.Tolerances);

    private static string Problems(StudyResults results)
    {
        var text = new StringBuilder("| problem | N, M | ∫λ_max(BK)dt | what | reference |\n|---|---|---|---|---|\n");
        foreach (var p in results.Problems) text.Append(CultureInfo.InvariantCulture,
            $"| {p.Name} | {p.N}, {p.M} | {NumberText.Short(p.Stiffness)} | {p.Description} | {p.Reference} |\n");
        return text.ToString();
    }

    private static string Problem(StudyResults results, ProblemFacts problem, string? figure)
    {
        double[] shown = [.. Shown(results)];
        var text = new StringBuilder($"### {problem.Name}\n\n");
        if (figure is not null) text.Append(CultureInfo.InvariantCulture, $"![Work and precision on {problem.Name}]({figure})\n\n");
        text.Append("| method |").Append(string.Concat(shown.Select(r => $" rtol {NumberText.Short(r)} |"))).Append("\n|---|")
            .Append(string.Concat(shown.Select(_ => "---|"))).Append('\n');
        foreach (string method in results.Methods)
            text.Append(CultureInfo.InvariantCulture, $"| {method} |")
                .Append(string.Concat(shown.Select(r =>
                $" {Cell(results.Points.FirstOrDefault(p => p.Problem == problem.Name && p.Method == method && p.Rtol == r))} |"))).Append('\n');
        return text.ToString();
    }

    private static string Cell(StudyPoint? point) =>
        point is null ? NumberText.None
        : point.Done ? Invariant($"{NumberText.Short(point.Seconds.Cpu)} s, {NumberText.Short(point.Errors.Largest, 2)}, {point.Steps} steps")
        : point.Status.StartsWith("over the limit", StringComparison.Ordinal) ? "over the limit"
        : "failed";

    private static string Auto(StudyResults results)
    {
        var text = new StringBuilder(
            "| problem | rtol | choice | error | CPU s | best at this rtol | ratio | best at this error | ratio |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (var problem in results.Problems)
            foreach (var choice in AutoChoice.Of(results, problem.Name, Shown(results)))
                text.Append(CultureInfo.InvariantCulture,
                    $"| {problem.Name} | {NumberText.Short(choice.Auto.Rtol)} | {choice.Auto.Resolved} | {NumberText.Short(choice.Auto.Errors.Largest, 2)} | {NumberText.Short(choice.Auto.Seconds.Cpu)} | {choice.BestAtRtol.Method}, {NumberText.Short(choice.BestAtRtol.Seconds)} | {Ratio(choice.RatioAtRtol)} | {choice.BestAtError.Method}, {NumberText.Short(choice.BestAtError.Seconds)} | {Ratio(choice.RatioAtError)} |\n");
        return text.ToString();
    }

    private static string Peers(StudyResults results)
    {
        if (results.Peers.Count == 0) return "Not run here (`--python`).\n";
        var text = new StringBuilder(
            "| problem | program | rtol | CPU s | errors of P, W_S, G_Q | KernelFlow (auto) at this error | ratio |\n|---|---|---|---|---|---|---|\n");
        foreach (var p in results.Peers)
        {
            string measured = p.Done
                ? $"{NumberText.Short(p.Seconds.Cpu)} | {NumberText.Short(p.Errors.P, 2)}, {NumberText.Short(p.Errors.W, 2)}, {NumberText.Short(p.Errors.G, 2)}" : $"{p.Status} | {NumberText.None}";
            double ours = p.Done && p.Columns == 0 ? AutoChoice.At([.. results.Curve(p.Problem, "auto")], p.Errors.Largest) : double.NaN;
            string compared = double.IsNaN(ours) ? $"{NumberText.None} | {NumberText.None}" : $"{NumberText.Short(ours)} s | {Ratio(p.Seconds.Cpu / ours)}";
            text.Append(CultureInfo.InvariantCulture,
                $"| {p.Problem} | {p.Method}{(p.Columns > 0 ? $", {p.Columns} column{(p.Columns == 1 ? "" : "s")} of N" : "")} | {NumberText.Short(p.Rtol)} | {measured} | {compared} |\n");
        }
        return text.ToString();
    }

    private static string Ratio(double ratio) => NumberText.Short(ratio, 3);
}
