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

    /// <summary>The optimizer's own constants with their keys in the manifest, in the order in which they are written; the batch size comes last.</summary>
    public IReadOnlyList<NamedConstant> Constants => BatchSize is { } size ? [.. OwnConstants, new NamedConstant(BatchSizeKey, size)] : OwnConstants;

    /// <summary>The steps as a linear recursion; null when there is none (<see cref="NoRuleReason"/> says why).</summary>
    public virtual DescentRule? Rule => null;

    /// <summary>Why there is no recursion; not meant to be read when there is one.</summary>
    public virtual string NoRuleReason => $"optimizer {Kind} has no descent recursion here; there is one for {string.Join(", ", OptimizerDescriptor.WithRule)}";

    /// <summary>Whether the recorded outputs follow the continuous gradient flow exactly, with no steps at all.</summary>
    public virtual bool IsFlow => false;

    /// <summary>Whether every step is along the gradient at its own start, w ← w − η M ∇L, and depends on nothing before it.</summary>
    public bool IsPlainDescent => Rule is { HasBuffer: false };

    /// <summary>The constants that <see cref="Constants"/> begins with.</summary>
    protected virtual IReadOnlyList<NamedConstant> OwnConstants => [];

    internal const string BatchSizeKey = "batchSize";

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
        + string.Concat(Constants.Select(c => string.Create(CultureInfo.InvariantCulture, $", {c.Key} {c.Value}")));

    /// <summary>A coefficient that must lie in [0, 1).</summary>
    /// <exception cref="ArgumentException">It does not; the message names optimizer, coefficient and value.</exception>
    private protected static double Fraction(string kind, string key, double value) => value is >= 0 and < 1 ? value : throw new ArgumentException(
        string.Create(CultureInfo.InvariantCulture, $"optimizer {kind} needs its coefficient {key} in [0, 1), found {value}."), key);
}
