using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>Flow or descent, with the reason.</summary>
internal static class ModeChoice
{
    public static (AnalysisMode Mode, string? Reason) Resolve(CheckpointSequence checkpoints, AnalysisOptions options)
    {
        if (options.Interpolation.Obstacle(checkpoints) is { } obstacle) throw new ArgumentException($"interpolation: {obstacle}.");
        if (options.Mode != AnalysisMode.Auto) return (options.Mode, null);
        var (possible, reason) = DescentSupport.Check(checkpoints);
        return (possible ? AnalysisMode.Descent : AnalysisMode.Flow, reason);
    }
}
