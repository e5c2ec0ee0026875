namespace KernelFlow;

/// <summary>A training loss Φ_S as a function of stacked outputs U_S, convex: value, gradient g = ∇Φ_S and Hessian B = ∇²Φ_S.</summary>
/// <remarks>Mean over the n examples (<see cref="Scale"/> = 1/n) or sum (1). Source: theory, section 1. A loss of one's own is written down as a
/// <see cref="LossFormula"/> or derives from this; it must be convex with a Hessian that couples outputs of the same example only. To be read from recorded
/// runs it also needs a <see cref="LossDescriptor"/>.</remarks>
public abstract class LossModel
{
    /// <summary>Sets what every loss has.</summary>
    /// <param name="kind">Its name in the run format.</param>
    /// <param name="examples">n, the number of training examples, at least 1.</param>
    /// <param name="outputs">p, the number of outputs per example, at least 1.</param>
    /// <param name="sum">Whether it is the sum over examples instead of the mean.</param>
    /// <exception cref="ArgumentException">The name is empty, or a size is not positive.</exception>
    protected LossModel(string kind, int examples, int outputs, bool sum)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(examples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        Kind = kind;
        Examples = examples;
        Outputs = outputs;
        IsSum = sum;
        Scale = sum ? 1 : 1.0 / examples;
    }

    /// <summary>Name in the run format: "squared", "softmax-cross-entropy", "logistic", "custom", or that of a user's own loss.</summary>
    public string Kind { get; }

    /// <summary>n, the number of training examples.</summary>
    public int Examples { get; }

    /// <summary>p, the number of outputs per example.</summary>
    public int Outputs { get; }

    /// <summary>Whether the loss is the sum over examples instead of the mean.</summary>
    public bool IsSum { get; }

    /// <summary>1/n for the mean, 1 for the sum.</summary>
    public double Scale { get; }

    /// <summary>β when B = βI at every output (squared loss); null when B varies.</summary>
    public virtual double? Beta => null;

    /// <summary>Whether g and B are supplied by the checkpoints instead of derived from outputs.</summary>
    public virtual bool IsCustom => false;

    /// <summary>y_S, stacked [n·p]; empty for a custom loss.</summary>
    public virtual ReadOnlySpan<double> Targets => default;

    /// <summary>The space that every gradient of this loss lies in, at any outputs and for any targets that are allowed: R^N unless the loss is blind to
    /// some direction. For a custom loss it follows from what was recorded: <see cref="OutputRecord.GradientSpace"/>.</summary>
    public virtual GradientSpace GradientSpace => GradientSpace.All(Examples, Outputs);

    /// <summary>The loss's own constants by their keys in the manifest's object <c>lossConstants</c>; none for the built-in losses.</summary>
    public virtual IReadOnlyList<NamedConstant> Constants => [];

    /// <summary>The same loss of other targets: clean labels instead of noisy ones, for example.</summary>
    /// <param name="targets">Stacked targets of any number of examples; the loss is over these, as a mean or as a sum like this one.</param>
    /// <exception cref="InvalidRunException">The targets are not allowed.</exception>
    /// <exception cref="InvalidOperationException">This loss has no formula.</exception>
    public abstract LossModel WithTargets(double[] targets);

    /// <summary>Φ_S(u); NaN for a custom loss, which has no formula.</summary>
    public abstract double Value(ReadOnlySpan<double> u);

    /// <summary>g ← ∇Φ_S(u), stacked.</summary>
    public abstract void Gradient(ReadOnlySpan<double> u, Span<double> g);

    /// <summary>Writes B ← ∇²Φ_S(u).</summary>
    public abstract void Hessian(ReadOnlySpan<double> u, OutputHessian B);

    /// <summary>Compares gradient and Hessian with central differences of the value and of the gradient, and asks whether the Hessian is symmetric, positive
    /// semidefinite and couples outputs of one example only: for a loss of one's own, once, before it is used. It takes 8 N evaluations.</summary>
    /// <param name="u">Stacked outputs [n·p] to compare at; those of a checkpoint, for example.</param>
    /// <exception cref="ArgumentException">There are not n·p outputs.</exception>
    /// <exception cref="InvalidOperationException">Something is wrong (the message says what, where, and by how much), or the loss has no formula.</exception>
    public void CheckDerivatives(ReadOnlySpan<double> u)
    {
        if (IsCustom) throw new InvalidOperationException($"A loss {Kind} has no formula to compare with: g and B are read from the checkpoints.");
        if (u.Length != Examples * Outputs)
            throw new ArgumentException($"Found {u.Length} outputs, expected {Examples} examples of {Outputs}.", nameof(u));
        if (new Losses.DerivativeCheck(this, u).Defect() is { } wrong) throw new InvalidOperationException($"The loss {Kind} is not sound: {wrong}.");
    }

    /// <summary>Φ = 1/(2n) Σ‖u_i − y_i‖²; g = (u − y)/n; B = I/n.</summary>
    /// <param name="targets">y_S, stacked [n·p], finite.</param>
    /// <param name="outputs">p, the number of outputs per example.</param>
    /// <param name="sum">Whether the loss is a sum over examples instead of a mean: the factor 1/n is left out.</param>
    public static LossModel Squared(double[] targets, int outputs, bool sum = false) => new Losses.SquaredLoss(targets, outputs, sum);

    /// <summary>Softmax cross-entropy with target probabilities: g_i = (q_i − y_i)/n, B_i = (diag q_i − q_i q_iᵀ)/n, q = softmax(u).</summary>
    /// <param name="targets">y_S, stacked [n·p], each example summing to 1.</param>
    /// <param name="outputs">p, the number of outputs per example, at least 2.</param>
    /// <param name="sum">Whether the loss is a sum over examples instead of a mean: the factor 1/n is left out.</param>
    public static LossModel SoftmaxCrossEntropy(double[] targets, int outputs, bool sum = false) => new Losses.SoftmaxCrossEntropyLoss(targets, outputs, sum);

    /// <summary>Φ = (1/n) Σ log(1 + e^{−y u}), labels ±1, p = 1.</summary>
    public static LossModel Logistic(double[] targets, bool sum = false) => new Losses.LogisticLoss(targets, sum);

    /// <summary>A loss given only by the g and B of each checkpoint.</summary>
    public static LossModel Custom(int examples, int outputs, bool sum = false) => new Losses.CustomLoss(examples, outputs, sum);
}
