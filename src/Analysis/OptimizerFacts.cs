namespace KernelFlow.Analysis;

/// <summary>The optimizer of a run as results say it.</summary>
internal static class OptimizerFacts
{
    /// <summary>Its kind, learning rate and constants, under the keys of the manifest.</summary>
    public static OptimizerSummary Of(Optimizer optimizer) =>
        new(optimizer.Kind, optimizer.LearningRate, [.. optimizer.Constants.Select(c => (c.Key, c.Value))]);
}
