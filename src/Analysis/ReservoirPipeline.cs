namespace KernelFlow.Analysis;

internal static class ReservoirPipeline
{
    public static ReservoirAnalysis Run(CheckpointSequence checkpoints, AnalysisOptions options, IProgress<AnalysisProgress>? progress, CancellationToken cancellation) =>
        throw new NotSupportedException("being written");
}
