using System.Globalization;

namespace KernelFlow;

/// <summary>The optimizer that made a run: its name and constants in the manifest, and the recursion of its steps where there is one.</summary>
/// <remarks>Two optimizers are equal when their type, their kind and all their constants are. A new one is a class derived from this together with an
/// <see cref="OptimizerDescriptor"/>, by which manifests that name it are read.</remarks>
public abstract class Optimizer : IEquatable<Optimizer>
{
    /// <summary>Sets what every optimizer has.</summary>
    /// <param name="kind">Its name in the manifest (<c>optimizer.kind</c>).</param>
    /// <param name="learningRate">η of the first step, finite and not negative; 0 where there is none.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative or not finite.</exception>
    protected Optimizer(string kind, double learningRate)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        if (!(learningRate >= 0 && double.IsFinite(learningRate)))
            throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate,
                $"optimizer {kind} needs a learning rate that is finite and not negative.");
        Kind = kind;
        LearningRate = learningRate;
    }

    /// <summary>The name in the manifest: "gradient-descent", "momentum", "adam", "sgd", "gradient-flow", or that of a user's own.</summary>
    public string Kind { get; }

    /// <summary>η of the first step; those of later steps are differences of flow times. 0 for an exact flow.</summary>
    public double LearningRate { get; }

    /// <summary>Training examples per step, where the manifest states them; a step over fewer than n is not along the gradient of the training loss.</summary>
    public int? BatchSize { get; init; }

    /// <summary>λ of L2 weight decay, finite and not negative: λ w is added to the gradient before anything else is done with it, or, where it is
    /// <see cref="Decoupled"/>, ηλ w is taken off beside the step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">λ is negative or not finite.</exception>
    public double WeightDecay
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value,
            $"optimizer {Kind} needs a weight decay that is finite and not negative.");
    }

    /// <summary>Whether the weight decay stands beside the step, −ηλ w (AdamW; Loshchilov and Hutter 2019), and not in the gradient. Without a decay it
    /// means nothing.</summary>
    public bool Decoupled { get; init; }

    /// <summary>The optimizer's own constants with their keys in the manifest, in the order in which they are written; weight decay and batch size come
    /// last.</summary>
    public IReadOnlyList<NamedConstant> Constants => WeightDecay == 0 && BatchSize is null ? OwnConstants : [.. OwnConstants, .. Shared()];

    /// <summary>The steps as a linear recursion; null when there is none (<see cref="NoRuleReason"/> says why).</summary>
    public virtual DescentRule? Rule => null;

    /// <summary>Why there is no recursion; not meant to be read when there is one.</summary>
    public virtual string NoRuleReason => $"optimizer {Kind} has no descent recursion here; there is one for {string.Join(", ", OptimizerDescriptor.WithRule)}";

    /// <summary>Whether the recorded outputs follow the continuous gradient flow exactly, with no steps at all.</summary>
    public virtual bool IsFlow => false;

    /// <summary>Whether every step is along the gradient of the training loss at its own start, w ← w − η M ∇L, and depends on nothing else; where the
    /// optimizer takes batches of all examples, a batch is no difference.</summary>
    public virtual bool IsPlainDescent => WeightDecay == 0 && Rule is { HasBuffer: false };

    /// <summary>The constants that <see cref="Constants"/> begins with.</summary>
    protected virtual IReadOnlyList<NamedConstant> OwnConstants => [];

    internal const string BatchSizeKey = "batchSize", WeightDecayKey = "weightDecay", DecoupledKey = "decoupled";

    private IEnumerable<NamedConstant> Shared()
    {
        if (WeightDecay > 0) yield return new NamedConstant(WeightDecayKey, WeightDecay);
        if (WeightDecay > 0 && Decoupled) yield return new NamedConstant(DecoupledKey, 1) { IsFlag = true };
        if (BatchSize is { } size) yield return new NamedConstant(BatchSizeKey, size);
    }

    /// <inheritdoc/>
    public bool Equals(Optimizer? other) => other is not null && other.GetType() == GetType() && other.Kind == Kind
        && other.LearningRate.Equals(LearningRate) && other.Constants.SequenceEqual(Constants);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as Optimizer);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => HashCode.Combine(Kind, LearningRate);

    /// <summary>"momentum, learning rate 0.05, momentum 0.9".</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind}, learning rate {LearningRate}")
        + string.Concat(Constants.Select(c => c.IsFlag ? $", {c.Key}" : string.Create(CultureInfo.InvariantCulture, $", {c.Key} {c.Value}")));

    /// <summary>A coefficient that must lie in [0, 1).</summary>
    /// <exception cref="ArgumentException">It does not; the message names optimizer, coefficient and value.</exception>
    private protected static double Fraction(string kind, string key, double value) => value is >= 0 and < 1 ? value : throw new ArgumentException(
        string.Create(CultureInfo.InvariantCulture, $"optimizer {kind} needs its coefficient {key} in [0, 1), found {value}."), key);
}
