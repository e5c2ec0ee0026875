using KernelFlow.Analysis;
using KernelFlow.Analysis.Budgets;

namespace KernelFlow;

/// <summary>What a model of the run predicts of g(s), with what its errors are: all that C1 to C4 need. <see cref="RunModel"/> has the operators
/// beside it.</summary>
public abstract record PredictionModel
{
    private protected PredictionModel(PredictionSet predictions) => Predictions = predictions;

    /// <summary>What is predicted, and the variants that estimate how far that may be off.</summary>
    public PredictionSet Predictions { get; }

    /// <summary>Whether the model is a flow or a descent.</summary>
    public abstract AnalysisMode Mode { get; }

    /// <summary>"flow" or "descent", as in results.json.</summary>
    public string Name => Mode.Name();

    /// <summary>The integration method, or the rule by which descent takes the mean Jacobian of a step.</summary>
    public abstract string Method { get; }

    /// <summary>Why this method, where it was left to the tool; null otherwise.</summary>
    public virtual string? MethodReason => null;

    /// <summary>Bound on the estimated relative error that was asked of the integration: that of P, W_S and G_Q, or of what was carried.</summary>
    public double RelativeTolerance { get; init; } = BudgetTolerance.Tight;

    /// <summary>Why this tolerance, where it was left to the tool; null otherwise.</summary>
    public string? ToleranceReason { get; init; }

    /// <summary>Steps per interval between checkpoints.</summary>
    public abstract IReadOnlyList<int> StepsPerInterval { get; }

    /// <summary>Length of the chain of steps through which rounding accumulates.</summary>
    public int ArithmeticSteps => StepsPerInterval.Sum();

    /// <summary>What errors made early can grow by on their way through the window; 1 where nothing grows.</summary>
    public abstract double Amplification { get; }

    /// <summary>Why no claim about recorded data can be decided with this model, as past the edge of stability; null when they can.</summary>
    public abstract string? NoPredictionReason { get; }

    /// <summary>What the results say of the steps themselves; null in flow mode.</summary>
    internal virtual DescentSummary? Descent => null;

    /// <summary>The errors of the integration, and what the operators make of rounding.</summary>
    internal abstract PredictionErrors Errors { get; }
}
