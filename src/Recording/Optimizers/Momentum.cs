namespace KernelFlow;

/// <summary>Heavy ball: v ← μ v + (1 − τ) ∇L, w ← w − η v, with v = ∇L in the first step, τ the dampening; Nesterov's form steps along ∇L + μ v.</summary>
public sealed class Momentum : Optimizer
{
    private const string Name = "momentum", Key = "momentum", NesterovKey = "nesterov", DampeningKey = "dampening";

    private DescentRule? _rule;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">η of the first step.</param>
    /// <param name="coefficient">μ, the momentum coefficient, in [0, 1).</param>
    /// <exception cref="ArgumentException">μ is outside its range.</exception>
    public Momentum(double learningRate, double coefficient) : base(Name, learningRate) => Coefficient = Fraction(Name, Key, coefficient);

    /// <summary>Manifest: <c>learningRate</c>, <c>momentum</c>, optionally <c>dampening</c>, <c>nesterov</c>, <c>weightDecay</c>, <c>decoupled</c>,
    /// <c>batchSize</c>.</summary>
    public static OptimizerDescriptor Descriptor { get; } = new(Name, Read, hasRule: true);

    /// <summary>μ, the part of the velocity that is kept from step to step.</summary>
    public double Coefficient { get; }

    /// <summary>τ in [0, 1): a new gradient enters the velocity with weight 1 − τ, but the first one whole.</summary>
    /// <exception cref="ArgumentException">It is outside its range, or the step is Nesterov's.</exception>
    public double Dampening
    {
        get;
        init
        {
            field = Fraction(Name, DampeningKey, value);
            RequireNesterov();
        }
    }

    /// <summary>Whether the step is along ∇L + μ v (Nesterov's momentum as PyTorch has it) instead of v.</summary>
    /// <exception cref="ArgumentException">There is no momentum, or there is a dampening.</exception>
    public bool Nesterov
    {
        get;
        init
        {
            field = value;
            RequireNesterov();
        }
    }

    /// <inheritdoc/>
    public override DescentRule Rule => _rule ??= Nesterov ? new NesterovMomentum(Coefficient) : new HeavyBall(Coefficient, Dampening);

    /// <inheritdoc/>
    protected override IReadOnlyList<NamedConstant> OwnConstants =>
    [
        new(Key, Coefficient),
        .. Dampening > 0 ? [new NamedConstant(DampeningKey, Dampening)] : (NamedConstant[])[],
        .. Nesterov ? [new NamedConstant(NesterovKey, 1) { IsFlag = true }] : (NamedConstant[])[],
    ];

    private static Momentum Read(ManifestKeys keys)
    {
        bool nesterov = keys.Flag(NesterovKey);
        double rate = OptimizerDescriptor.LearningRate(keys);
        double mu = nesterov ? keys.Number(Key, "a number above 0 and below 1, which Nesterov's step needs", v => v is > 0 and < 1)
            : OptimizerDescriptor.Fraction(keys, Key);
        double dampening = !keys.Has(DampeningKey) ? 0
            : nesterov ? keys.Number(DampeningKey, "0 with Nesterov's step", v => v == 0) : OptimizerDescriptor.Fraction(keys, DampeningKey);
        return new Momentum(rate, mu)
        {
            Dampening = dampening,
            Nesterov = nesterov,
            WeightDecay = OptimizerDescriptor.WeightDecay(keys),
            Decoupled = OptimizerDescriptor.Decoupled(keys),
            BatchSize = OptimizerDescriptor.BatchSize(keys),
        };
    }

    private void RequireNesterov()
    {
        if (Nesterov && (Coefficient == 0 || Dampening > 0))
            throw new ArgumentException($"optimizer {Name} with {NesterovKey} needs a {Key} above 0 and no {DampeningKey}.", NesterovKey);
    }

    // The first gradient enters the velocity whole, whatever the dampening.
    private sealed class HeavyBall(double mu, double dampening) : DescentRule(Name, mu, 1 - dampening)
    {
        public override double GainAt(long step) => step == 0 ? 1 : Gain;
    }

    // Z = μ v, so that the step −η(∇L + μ v) is −η(Z + ∇L).
    private sealed class NesterovMomentum(double mu) : DescentRule(Name, mu, mu)
    {
        public override double Fresh => 1;
    }
}
