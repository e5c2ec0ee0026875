namespace KernelFlow;

/// <summary>No optimizer at all: the recorded outputs follow ẇ = −∇L exactly, as closed forms do. There are no steps, so there is no recursion.</summary>
/// <param name="learningRate">A nominal learning rate, usually 0; nothing is computed from it.</param>
public sealed class GradientFlow(double learningRate = 0) : Optimizer(Name, learningRate)
{
    private const string Name = "gradient-flow";

    /// <summary>Manifest: nothing is required; <c>learningRate</c> and <c>batchSize</c> are kept when they stand there.</summary>
    public static OptimizerDescriptor Descriptor { get; } = new(Name,
        keys => new GradientFlow(OptimizerDescriptor.OptionalLearningRate(keys)) { BatchSize = OptimizerDescriptor.BatchSize(keys) });

    /// <inheritdoc/>
    public override bool IsFlow => true;
}
