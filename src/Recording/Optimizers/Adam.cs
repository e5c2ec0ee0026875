namespace KernelFlow;

/// <summary>Adam (Kingma and Ba 2015): running means of ∇L and of its squares, w ← w − η/(1 − β₁^{k+1}) M_k m_k with M_k = 1/(√v̂_k + ε) recorded.</summary>
public sealed class Adam : Optimizer
{
    private const string Name = "adam", Beta1Key = "beta1", Beta2Key = "beta2", EpsilonKey = "epsilon";

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η of the first step.</param>
    /// <param name="beta1">β₁ in [0, 1), of the mean of gradients.</param>
    /// <param name="beta2">β₂ in [0, 1), of the mean of squares.</param>
    /// <param name="epsilon">ε, which is added to the root in the denominator, at least 0.</param>
    /// <exception cref="ArgumentException">A constant is outside its range.</exception>
    public Adam(double learningRate, double beta1, double beta2, double epsilon) : base(Name, learningRate)
    {
        Beta1 = Fraction(Name, Beta1Key, beta1);
        Beta2 = Fraction(Name, Beta2Key, beta2);
        if (!(epsilon >= 0 && double.IsFinite(epsilon)))
            throw new ArgumentException(
                FormattableString.Invariant($"optimizer {Name} needs its constant {EpsilonKey} finite and not negative, found {epsilon}."));
        Epsilon = epsilon;
        Rule = new AdamRule(beta1);
    }

    /// <summary>Manifest: <c>learningRate</c>, <c>beta1</c>, <c>beta2</c>, <c>epsilon</c>, optionally <c>weightDecay</c>, <c>decoupled</c> (AdamW),
    /// <c>batchSize</c>.</summary>
    public static OptimizerDescriptor Descriptor { get; } = new(Name, Read, hasRule: true);

    /// <summary>β₁, the weight of the past in the running mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>β₂; the recursion does not need it, because the preconditioner is recorded.</summary>
    public double Beta2 { get; }

    /// <summary>ε; the recursion does not need it, because the preconditioner is recorded.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override DescentRule Rule { get; }

    /// <inheritdoc/>
    protected override IReadOnlyList<NamedConstant> OwnConstants => [new(Beta1Key, Beta1), new(Beta2Key, Beta2), new(EpsilonKey, Epsilon)];

    private static Adam Read(ManifestKeys keys)
    {
        double rate = OptimizerDescriptor.LearningRate(keys);
        double beta1 = OptimizerDescriptor.Fraction(keys, Beta1Key), beta2 = OptimizerDescriptor.Fraction(keys, Beta2Key);
        double epsilon = keys.Number(EpsilonKey, "a number of at least 0", v => v >= 0);
        return new Adam(rate, beta1, beta2, epsilon)
        {
            WeightDecay = OptimizerDescriptor.WeightDecay(keys),
            Decoupled = OptimizerDescriptor.Decoupled(keys),
            BatchSize = OptimizerDescriptor.BatchSize(keys),
        };
    }

    private sealed class AdamRule(double beta1) : DescentRule(Name, beta1, 1 - beta1)
    {
        public override bool NeedsPreconditioner => true;

        // The running mean starts at zero, and dividing by 1 − β₁^{k+1} corrects for it.
        public override double StepFactor(long step, double eta) => eta / (1 - Math.Pow(Decay, step + 1));
    }
}
