namespace KernelFlow;

/// <summary>Heavy ball: v ← μ v + ∇L, w ← w − η v.</summary>
public sealed class Momentum : Optimizer
{
    private const string Name = "momentum", Key = "momentum";

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η of the first step.</param>
    /// <param name="coefficient">μ, the momentum coefficient, in [0, 1).</param>
    /// <exception cref="ArgumentException">μ is outside its range.</exception>
    public Momentum(double learningRate, double coefficient) : base(Name, learningRate)
    {
        Coefficient = Fraction(Name, Key, coefficient);
        Rule = new HeavyBall(coefficient);
    }

    /// <summary>Manifest: <c>learningRate</c>, <c>momentum</c>, optionally <c>batchSize</c>.</summary>
    public static OptimizerDescriptor Descriptor { get; } = new(Name,
        keys => new Momentum(OptimizerDescriptor.LearningRate(keys), OptimizerDescriptor.Fraction(keys, Key))
        {
            BatchSize = OptimizerDescriptor.BatchSize(keys),
        },
        hasRule: true);

    /// <summary>μ, the part of the velocity that is kept from step to step.</summary>
    public double Coefficient { get; }

    /// <inheritdoc/>
    public override DescentRule Rule { get; }

    /// <inheritdoc/>
    protected override IReadOnlyList<NamedConstant> OwnConstants => [new(Key, Coefficient)];

    private sealed class HeavyBall(double coefficient) : DescentRule(Name, coefficient, 1);
}
