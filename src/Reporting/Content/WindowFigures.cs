using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>The windows that were asked for, over their ends.</summary>
internal static class WindowFigures
{
    /// <summary>The id of <see cref="Dimension"/>.</summary>
    public const string DimensionId = "windows-dimension";

    /// <summary>The id of <see cref="TestError"/>.</summary>
    public const string ErrorId = "windows-error";

    private const string NoWindows = "No windows were asked for.";
    private const int MostStarts = 4;

    /// <summary>Whether a figure is left out of reports without windows.</summary>
    public static bool IsOfWindows(string id) => id is DimensionId or ErrorId;

    /// <summary>Signal modes and effective rank against the window's end.</summary>
    public static Figure Dimension(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (analysis.Windows.Count == 0) return figure.Without(NoWindows);
        var (groups, left) = Groups(analysis.Windows);
        var head = figure.Head($"Signal modes and effective rank of {Count(groups.Sum(g => g.Length))} windows against their ends: "
            + string.Join("; ", groups.Select(g => $"from t = {Short(g[0].From, 4)} {Span([.. g.Select(w => (double?)SignalOf(w))])} signal modes")));
        double[] values = [.. groups.SelectMany(g => g).SelectMany(w => (double[])[w.EffectiveRank, SignalOf(w) ?? 0]), 0];
        var (time, later) = Drawn.TimeAxis([.. groups.SelectMany(g => g).Select(w => w.To).Append(groups.Min(g => g[0].From)).Order()]);
        var chart = new Chart(time, Axis.Linear("modes", values), head);
        foreach (var (i, g) in groups.Index())
        {
            chart.Line($"signal modes{From(groups, g)}", Solid(groups, i), g.Where(w => SignalOf(w) is not null).Select(w => new Point(w.To, SignalOf(w)!.Value,
                $"{Name(w)}: {Count(SignalOf(w)!.Value)} modes at or above the threshold")));
            chart.Line($"effective rank{From(groups, g)}", Dashed(groups, i), g.Select(w => new Point(w.To, w.EffectiveRank,
                $"{Name(w)}: effective rank {Short(w.EffectiveRank)}")), Marker.Square, "dash");
        }
        return Figure.Of(head, chart, $"Each point is a window that ends there.{left}{later}");
    }

    /// <summary>The error of C4 and its budget against the window's end.</summary>
    public static Figure TestError(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (analysis.Windows.Count == 0) return figure.Without(NoWindows);
        var (groups, left) = Groups(analysis.Windows);
        var all = groups.SelectMany(g => g).ToArray();
        double[] values = [.. all.SelectMany(w => (double?[])[w.TestTransfer.OrNull(), BudgetOf(w)]).OfType<double>().Where(v => v > 0)];
        if (values.Length == 0) return figure.Without("The test outputs of these windows did not move, or were not predicted.");
        int holds = all.Count(w => Test(w)?.Verdict == Verdict.Holds);
        var head = figure.Head($"Error of the predicted test outputs (C4) of {Count(all.Length)} windows against their ends: "
            + $"{Span([.. all.Select(w => w.TestTransfer.OrNull())])}, holds in {Count(holds)}");
        var (time, later) = Drawn.TimeAxis([.. all.Select(w => w.To).Append(groups.Min(g => g[0].From)).Order()]);
        var chart = new Chart(time, Axis.Log("relative error", values), head);
        foreach (var (i, g) in groups.Index())
        {
            chart.Line($"C4{From(groups, g)}", Solid(groups, i), g.Where(w => w.TestTransfer.IsKnown).Select(w => new Point(w.To, w.TestTransfer.Value,
                $"{Name(w)}: C4 {Short(w.TestTransfer.Value)}, {Narrative.Word(Test(w)?.Verdict ?? Verdict.Measured)}")));
            chart.Line($"its budget{From(groups, g)}", Dashed(groups, i), g.Where(w => BudgetOf(w) is not null).Select(w => new Point(w.To, BudgetOf(w)!.Value,
                $"{Name(w)}: budget {Short(BudgetOf(w)!.Value)}")), Marker.Square, "dash");
        }
        return Figure.Of(head, chart, "‖predicted − recorded‖ displacement of the test outputs relative to the recorded one, and what the recording explains "
            + $"of it; three times the budget contradicts the claim.{left}{later}");
    }

    // Windows of one start are a line over their ends; those with most ends first.
    private static (WindowResult[][] Groups, string Left) Groups(IReadOnlyList<WindowResult> windows)
    {
        WindowResult[][] all = [.. windows.GroupBy(w => w.From).Select(g => g.DistinctBy(w => w.To).OrderBy(w => w.To).ToArray())];
        WindowResult[][] shown = [.. all.OrderByDescending(g => g.Length).ThenBy(g => g[0].From).Take(MostStarts)];
        return (shown, all.Length > shown.Length ? $" Of {Count(all.Length)} starts the {Count(shown.Length)} with most windows are shown." : "");
    }

    // One colour for each start, two where there is only one.
    private static int Solid(WindowResult[][] groups, int group) => groups.Length == 1 ? 1 : group + 1;

    private static int Dashed(WindowResult[][] groups, int group) => groups.Length == 1 ? 3 : group + 1;

    private static string From(WindowResult[][] groups, WindowResult[] group) => groups.Length == 1 ? "" : $", from t = {Short(group[0].From, 4)}";

    private static string Name(WindowResult w) => $"{Short(w.From, 5)} to {Short(w.To, 5)}";

    private static int? SignalOf(WindowResult w) => w.SignalDimension.TryGet(out int signal) ? signal : null;

    private static ClaimResult? Test(WindowResult w) => w.Claims.FirstOrDefault(c => c.Id == "C4");

    private static double? BudgetOf(WindowResult w) => Test(w)?.Budget?.Sum;

    private static string Span(double?[] values)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length == 0 ? "unknown" : known.Min() == known.Max() ? Short(known[0]) : $"{Short(known.Min())} to {Short(known.Max())}";
    }
}
