using KernelFlow.Numerics;
using KernelFlow.WorkPrecision;

namespace KernelFlow.StageCosts;

/// <summary>Some analyses of one run, with their costs by stage.</summary>
/// <param name="Analysis">The last analysis.</param>
/// <param name="Order">N of the run.</param>
/// <param name="Backend">The dense linear algebra, in words.</param>
/// <param name="Stages">Costs of the last analysis, seconds as medians over all.</param>
/// <param name="Repeats">How many there were.</param>
internal sealed record Measurement(ReservoirAnalysis Analysis, int Order, string Backend, IReadOnlyList<StageCost> Stages, int Repeats)
{
    /// <summary>Analyses a run and writes its report.</summary>
    public static Measurement Of(string folder, Func<AnalysisOptions> asked, int repeats, string report)
    {
        MemoryTraffic.IsCounted = true;
        List<List<StageCost>> rounds = [];
        ReservoirAnalysis? analysis = null;
        AnalysisOptions? options = null;
        for (int round = 0; round < repeats; round++)
        {
            GC.Collect();
            using var listener = new StageListener();
            using (StageListener.Begin())
            {
                options = asked();
                var dense = new CountingBackend(options.Backend!, listener.Dense);
                using var recorded = RecordedRun.Open(folder, options.From, options.To);
                analysis = Analyze.Reservoir(recorded.Checkpoints, options with { Backend = dense });
                using (StageListener.Begin("report")) Write(analysis, report, dense);
            }
            rounds.Add(listener.Stages);
        }
        foreach (var stage in rounds[^1])
        {
            var same = rounds.Select(r => r.Find(s => s.Name == stage.Name)).OfType<StageCost>().ToArray();
            (stage.Wall, stage.Cpu, stage.Dense) = (Median(same, s => s.Wall), Median(same, s => s.Cpu), Median(same, s => s.Dense));
        }
        var backend = options!.Backend!;
        string text = $"{backend.Name}, {backend.Core}, {backend.Threads} thread{(backend.Threads == 1 ? "" : "s")}";
        return new Measurement(analysis!, analysis!.Run.Train * analysis.Run.Outputs, text, rounds[^1], repeats);
    }

    /// <summary>The table for a terminal.</summary>
    public string Text() => StageTable.Text(this);

    /// <summary>The same for a page.</summary>
    public string Markdown() => StageTable.Markdown(this);

    private static void Write(ReservoirAnalysis analysis, string folder, Backend backend)
    {
        string target = folder.Length > 0 ? folder : Path.Combine(Path.GetTempPath(), "stage-costs-" + Guid.NewGuid().ToString("N"));
        try
        {
            analysis.WriteFolder(target, new ReportOptions { OneThread = backend.Threads == 1 });
        }
        finally
        {
            if (folder.Length == 0 && Directory.Exists(target)) Directory.Delete(target, true);
        }
    }

    private static double Median(StageCost[] stages, Func<StageCost, double> value)
    {
        double[] sorted = [.. stages.Select(value).Order()];
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }
}
