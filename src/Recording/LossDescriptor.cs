namespace KernelFlow;

/// <summary>How a loss is read from a manifest: its name, the number of outputs it allows, its constants, what targets it takes, and how it is made.</summary>
/// <remarks>A user's own loss is a class derived from <see cref="LossModel"/> and one derived from this, which is given to the run format. Its constants
/// stand in the manifest's object <c>lossConstants</c>. A loss that no descriptor names is an error.</remarks>
public abstract class LossDescriptor
{
    /// <summary>Sets the name of the loss.</summary>
    /// <param name="name">The name in the manifest (<c>loss</c>).</param>
    protected LossDescriptor(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The built-in losses.</summary>
    public static IReadOnlyList<LossDescriptor> BuiltIn { get; } = Array.AsReadOnly<LossDescriptor>(
        [Losses.SquaredLoss.Description, Losses.SoftmaxCrossEntropyLoss.Description, Losses.LogisticLoss.Description, Losses.CustomLoss.Description]);

    /// <summary>The name in the manifest.</summary>
    public string Name { get; }

    /// <summary>Whether value, gradient and Hessian follow from outputs and targets. Otherwise every checkpoint supplies g and B, and the targets as well as
    /// the manifest's <c>reduction</c> may be absent.</summary>
    public virtual bool HasFormula => true;

    /// <summary>What p must be, as an error says it; null when <paramref name="outputs"/> is allowed.</summary>
    /// <param name="outputs">p, the number of outputs per example, at least 1.</param>
    public virtual string? ExpectedOutputs(int outputs) => null;

    /// <summary>The loss's own constants, from the manifest's object <c>lossConstants</c>.</summary>
    /// <param name="keys">The keys of that object; null when the manifest has none.</param>
    /// <exception cref="InvalidRunException">A constant is missing or has a wrong value.</exception>
    public virtual IReadOnlyList<NamedConstant> ReadConstants(ManifestKeys? keys) => [];

    /// <summary>Refuses targets that are not of this loss. It is asked for y_S, y_Q and clean_S.</summary>
    /// <param name="targets">Stacked targets of any number of examples, all finite.</param>
    /// <param name="outputs">p, the number of outputs per example.</param>
    /// <param name="name">What messages call the tensor.</param>
    /// <exception cref="InvalidRunException">A target is not allowed; the message names tensor, index, what was found and what was expected.</exception>
    public virtual void CheckTargets(ReadOnlySpan<double> targets, int outputs, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
    }

    /// <summary>Makes the loss of a run.</summary>
    /// <param name="data">Sizes, targets and constants.</param>
    /// <exception cref="InvalidRunException">They make no loss of this kind.</exception>
    public abstract LossModel Make(LossData data);
}

/// <summary>What a loss is made from.</summary>
/// <param name="Examples">n, the number of training examples.</param>
/// <param name="Outputs">p, the number of outputs per example.</param>
/// <param name="IsSum">Whether the loss is the sum over examples instead of the mean.</param>
/// <param name="Targets">y_S, stacked [n·p]; empty for a loss without a formula.</param>
/// <param name="Constants">The loss's own constants, as <see cref="LossDescriptor.ReadConstants"/> gave them.</param>
public sealed record LossData(int Examples, int Outputs, bool IsSum, double[] Targets, IReadOnlyList<NamedConstant> Constants);
