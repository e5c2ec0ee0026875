using System.Globalization;
using System.Text;
using static System.FormattableString;

namespace KernelFlow.StageCosts;

/// <summary>Costs by stage as a table.</summary>
internal static class StageTable
{
    private static readonly string[] s_head =
    [
        "stage", "calls", "wall s", "CPU s", "dense s", "flops N³", "products", "factorizations", "eigenvalues", "moved GB", "allocated MB", "RssAnon MB",
    ];

    private static readonly string[] s_vectors = ["replayed steps", "interpolation variants"];

    /// <summary>Columns of even width.</summary>
    public static string Text(Measurement m)
    {
        var rows = Rows(m).Prepend(s_head).ToArray();
        int[] width = [.. Enumerable.Range(0, s_head.Length).Select(c => rows.Max(r => r[c].Length))];
        var text = new StringBuilder(Head(m)).Append('\n');
        foreach (string[] row in rows)
            text.Append(string.Join("  ", row.Select((cell, c) => c == 0 ? cell.PadRight(width[c]) : cell.PadLeft(width[c])))).Append('\n');
        return text.Append('\n').Append(Shares(m)).ToString();
    }

    /// <summary>A Markdown table.</summary>
    public static string Markdown(Measurement m)
    {
        var text = new StringBuilder(Head(m)).Append("\n\n| ").AppendJoin(" | ", s_head).Append(" |\n|");
        text.AppendJoin('|', s_head.Select((_, c) => c == 0 ? "---" : "---:")).Append("|\n");
        foreach (string[] row in Rows(m)) text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        return text.Append('\n').Append(Shares(m)).Append('\n').ToString();
    }

    private static string Head(Measurement m) => Invariant(
        $"N = {m.Order}, M = {m.Analysis.Run.Test * m.Analysis.Run.Outputs}, {m.Analysis.Run.Checkpoints} checkpoints, {m.Analysis.Options.Method}, rtol ")
        + Invariant($"{m.Analysis.Options.RelativeTolerance:G3}, {m.Backend}, {m.Repeats} round(s)");

    private static IEnumerable<string[]> Rows(Measurement m)
    {
        var total = new StageCost("all");
        foreach (var stage in m.Stages)
        {
            total.Add(stage);
            yield return Row(m, stage);
        }
        yield return Row(m, total);
    }

    private static string[] Row(Measurement m, StageCost s)
    {
        double n3 = Math.Pow(m.Order, 3);
        string Flops(double value) => value == 0 ? "" : (value / n3).ToString("F2", CultureInfo.InvariantCulture);
        return
        [
            s.Name, s.Calls.ToString(CultureInfo.InvariantCulture), Number(s.Wall, "F3"), Number(s.Cpu, "F3"), Number(s.Dense, "F3"), Flops(s.TotalFlops),
            Flops(s.Of(StageCost.Products)), Flops(s.Of(StageCost.Factors)), Flops(s.Of(StageCost.Spectra)), Number(s.Moved / 1e9, "F2"),
            Number(s.Allocated / 1e6, "F1"), s.Peak == 0 ? "" : Number(s.Peak / 1e6, "F0"),
        ];
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    // The whole, and what is neither the integration nor vectors, in units of the integration.
    private static string Shares(Measurement m)
    {
        double Sum(Func<StageCost, bool> where, Func<StageCost, double> value) => m.Stages.Where(where).Sum(value);
        string Of(string what, Func<StageCost, double> value)
        {
            double main = Sum(s => s.Name == "integrating", value), vectors = Sum(s => s_vectors.Contains(s.Name), value), all = Sum(_ => true, value);
            return Invariant($"{what}: integrating {main:F2}; whole {all / main:F2} ×, vectors {vectors / main:F2} ×, the rest ")
                + Invariant($"{(all - main - vectors) / main:F2} × of it");
        }
        return string.Join('\n', Of("wall s", s => s.Wall), Of("CPU s", s => s.Cpu), Of("flops / 1e9", s => s.TotalFlops / 1e9));
    }
}
