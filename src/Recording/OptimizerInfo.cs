namespace KernelFlow;

/// <summary>The optimizer of a run, as the manifest names it.</summary>
/// <param name="Kind">"gradient-descent", "momentum", "adam" or "sgd"; "gradient-flow" for data that follow the continuous flow exactly (closed forms).</param>
/// <param name="LearningRate">The first step's learning rate.</param>
public sealed record OptimizerInfo(string Kind, double LearningRate)
{
    /// <summary>Heavy-ball coefficient μ, for "momentum".</summary>
    public double? Momentum { get; init; }

    /// <summary>β₁, for "adam".</summary>
    public double? Beta1 { get; init; }

    /// <summary>β₂, for "adam".</summary>
    public double? Beta2 { get; init; }

    /// <summary>ε, for "adam".</summary>
    public double? Epsilon { get; init; }

    /// <summary>Examples per step, for "sgd".</summary>
    public int? BatchSize { get; init; }
}
