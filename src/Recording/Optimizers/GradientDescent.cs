namespace KernelFlow;

/// <summary>w ← w − η ∇L over all training examples; a recorded diagonal M makes it w ← w − η M ∇L.</summary>
/// <param name="learningRate">η of the first step.</param>
public sealed class GradientDescent(double learningRate) : Optimizer(Name, learningRate)
{
    private const string Name = "gradient-descent";

    internal static readonly DescentRule PlainRule = new PlainDescent();

    /// <summary>Manifest: <c>learningRate</c>, optionally <c>batchSize</c>.</summary>
    public static OptimizerDescriptor Descriptor { get; } = new(Name,
        keys => new GradientDescent(OptimizerDescriptor.LearningRate(keys)) { BatchSize = OptimizerDescriptor.BatchSize(keys) }, hasRule: true);

    /// <inheritdoc/>
    public override DescentRule Rule => PlainRule;

    private sealed class PlainDescent() : DescentRule(Name, 0, 1)
    {
        public override bool HasBuffer => false;
    }
}
