namespace KernelFlow;

/// <summary>w ← w − η ∇L_b with L_b the loss over a batch of training examples, another one in each step; the checkpoints hold the batches.</summary>
public sealed class StochasticGradientDescent : Optimizer
{
    private const string Name = "sgd";

    private static readonly DescentRule _rule = new GradientDescent.PlainDescent(Name);

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η of the first step.</param>
    /// <param name="batchSize">Examples per step, at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch is empty.</exception>
    public StochasticGradientDescent(double learningRate, int batchSize) : base(Name, learningRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        BatchSize = batchSize;
    }

    /// <summary>Manifest: <c>learningRate</c>, <c>batchSize</c>, optionally <c>weightDecay</c>, <c>decoupled</c>.</summary>
    public static OptimizerDescriptor Descriptor { get; } = new(Name,
        keys => new StochasticGradientDescent(OptimizerDescriptor.LearningRate(keys), (int)keys.Integer(BatchSizeKey, 1, int.MaxValue))
        {
            WeightDecay = OptimizerDescriptor.WeightDecay(keys),
            Decoupled = OptimizerDescriptor.Decoupled(keys),
        },
        hasRule: true);

    /// <inheritdoc/>
    public override DescentRule Rule => _rule;

    /// <summary>False: a step is along the gradient of its batch.</summary>
    public override bool IsPlainDescent => false;
}
