namespace KernelFlow.Analysis;

/// <summary>The optimizer of a run as results say it.</summary>
internal static class OptimizerFacts
{
    /// <summary>Its kind, learning rate and constants, under the keys of the manifest.</summary>
    public static OptimizerSummary Of(OptimizerInfo optimizer)
    {
        (string Key, double? Value)[] constants =
        [
            ("momentum", optimizer.Momentum), ("beta1", optimizer.Beta1), ("beta2", optimizer.Beta2), ("epsilon", optimizer.Epsilon), ("batchSize", optimizer.BatchSize),
        ];
        return new OptimizerSummary(optimizer.Kind, optimizer.LearningRate, [.. constants.Where(c => c.Value is not null).Select(c => (c.Key, c.Value!.Value))]);
    }
}
