namespace KernelFlow;

/// <summary>w ← w − η ∇L_b with L_b the loss over a batch of training examples, a different one in each step. It has no recursion here.</summary>
public sealed class StochasticGradientDescent : Optimizer
{
    private const string Name = "sgd";

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η of the first step.</param>
    /// <param name="batchSize">Examples per step, at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch is empty.</exception>
    public StochasticGradientDescent(double learningRate, int batchSize) : base(Name, learningRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        BatchSize = batchSize;
    }

    /// <summary>Manifest: <c>learningRate</c>, <c>batchSize</c>.</summary>
    public static OptimizerDescriptor Descriptor { get; } = new(Name,
        keys => new StochasticGradientDescent(OptimizerDescriptor.LearningRate(keys), (int)keys.Integer(BatchSizeKey, 1, int.MaxValue)));

    /// <inheritdoc/>
    public override string NoRuleReason => $"optimizer {Kind} takes minibatch steps, which are not along the gradient of the training loss";
}
