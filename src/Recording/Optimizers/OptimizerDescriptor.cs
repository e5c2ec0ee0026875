namespace KernelFlow;

/// <summary>How an optimizer is read from a manifest: its name there, its keys and their limits.</summary>
/// <remarks>A user's own optimizer is read by a run format that was given its descriptor; without one it opens as an <see cref="UnknownOptimizer"/>.</remarks>
public sealed class OptimizerDescriptor
{
    private static readonly Lazy<IReadOnlyList<OptimizerDescriptor>> _builtIn = new(() => Array.AsReadOnly<OptimizerDescriptor>(
        [GradientDescent.Descriptor, Momentum.Descriptor, Adam.Descriptor, StochasticGradientDescent.Descriptor, GradientFlow.Descriptor]));

    /// <summary>Makes a descriptor.</summary>
    /// <param name="kind">The name in the manifest (<c>optimizer.kind</c>).</param>
    /// <param name="read">Makes the optimizer from the keys of the manifest's object <c>optimizer</c>.</param>
    /// <param name="hasRule">Whether its steps have a recursion, which messages list.</param>
    public OptimizerDescriptor(string kind, Func<ManifestKeys, Optimizer> read, bool hasRule = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentNullException.ThrowIfNull(read);
        Kind = kind;
        Read = read;
        HasRule = hasRule;
    }

    /// <summary>The built-in optimizers.</summary>
    public static IReadOnlyList<OptimizerDescriptor> BuiltIn => _builtIn.Value;

    /// <summary>The name in the manifest.</summary>
    public string Kind { get; }

    /// <summary>Makes the optimizer from the keys of the manifest's object <c>optimizer</c>; throws <see cref="InvalidRunException"/> for a key that is missing
    /// or has a wrong value.</summary>
    public Func<ManifestKeys, Optimizer> Read { get; }

    /// <summary>Whether the optimizer's steps have a recursion.</summary>
    public bool HasRule { get; }

    /// <summary>The names of the built-in optimizers whose steps have a recursion.</summary>
    internal static IEnumerable<string> WithRule => BuiltIn.Where(d => d.HasRule).Select(d => d.Kind);

    /// <summary>The first step's learning rate, a number of at least 0 (a warm-up may begin with 0).</summary>
    /// <exception cref="InvalidRunException">The key <c>learningRate</c> is missing or has a wrong value.</exception>
    public static double LearningRate(ManifestKeys keys) => keys.Number("learningRate", "a number of at least 0", v => v >= 0);

    /// <summary>The first step's learning rate of an optimizer that need not have one: 0 where the manifest does not state it.</summary>
    /// <exception cref="InvalidRunException">The key <c>learningRate</c> has a wrong value.</exception>
    public static double OptionalLearningRate(ManifestKeys keys) =>
        keys.Has("learningRate") ? keys.Number("learningRate", "a number of at least 0", v => v >= 0) : 0;

    /// <summary>A coefficient of a running mean, a number in [0, 1).</summary>
    /// <exception cref="InvalidRunException">The key is missing or has a wrong value.</exception>
    public static double Fraction(ManifestKeys keys, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return keys.Number(key, "a number from 0 to below 1", v => v is >= 0 and < 1);
    }

    /// <summary>λ, the weight decay: 0 where the manifest does not state one.</summary>
    /// <exception cref="InvalidRunException">The key <c>weightDecay</c> has a wrong value.</exception>
    public static double WeightDecay(ManifestKeys keys) =>
        keys.Has(Optimizer.WeightDecayKey) ? keys.Number(Optimizer.WeightDecayKey, "a number of at least 0", v => v >= 0) : 0;

    /// <summary>Whether the weight decay is decoupled from the gradient: false where the manifest does not say.</summary>
    /// <exception cref="InvalidRunException">The key <c>decoupled</c> is neither true nor false.</exception>
    public static bool Decoupled(ManifestKeys keys) => keys.Flag(Optimizer.DecoupledKey);

    /// <summary>The examples per step, or null where the manifest does not state them.</summary>
    /// <exception cref="InvalidRunException">The key <c>batchSize</c> has a wrong value.</exception>
    public static int? BatchSize(ManifestKeys keys) => keys.Has(Optimizer.BatchSizeKey) ? (int)keys.Integer(Optimizer.BatchSizeKey, 1, int.MaxValue) : null;
}
