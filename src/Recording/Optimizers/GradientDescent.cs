namespace KernelFlow;

/// <summary>w ← w − η ∇L over all training examples; a recorded diagonal M makes it w ← w − η M ∇L.</summary>
/// <param name="learningRate">η of the first step.</param>
public sealed class GradientDescent(double learningRate) : Optimizer(Name, learningRate)
{
    private const string Name = "gradient-descent";

    internal static readonly DescentRule PlainRule = new PlainDescent(Name);

    /// <summary>Manifest: <c>learningRate</c>, optionally <c>weightDecay</c>, <c>decoupled</c>, <c>batchSize</c>.</summary>
    public static OptimizerDescriptor Descriptor { get; } = new(Name,
        keys => new GradientDescent(OptimizerDescriptor.LearningRate(keys))
        {
            WeightDecay = OptimizerDescriptor.WeightDecay(keys),
            Decoupled = OptimizerDescriptor.Decoupled(keys),
            BatchSize = OptimizerDescriptor.BatchSize(keys),
        },
        hasRule: true);

    /// <inheritdoc/>
    public override DescentRule Rule => PlainRule;

    /// <summary>Z_k = J_kᵀ S_k P_k and f_k = η_k, by whatever name.</summary>
    internal sealed class PlainDescent(string kind) : DescentRule(kind, 0, 1)
    {
        public override bool HasBuffer => false;
    }
}
