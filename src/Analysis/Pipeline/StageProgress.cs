namespace KernelFlow.Analysis;

/// <summary>Tells stages and fractions to whoever asked for them.</summary>
internal sealed class StageProgress(IProgress<AnalysisProgress>? progress)
{
    /// <summary>Tells where a stage stands.</summary>
    public void Report(string stage, double fraction) => progress?.Report(new AnalysisProgress(stage, fraction));

    /// <summary>Begins a stage; what is returned takes its fractions.</summary>
    public Action<double> Begin(string stage)
    {
        Report(stage, 0);
        return fraction => Report(stage, fraction);
    }
}
