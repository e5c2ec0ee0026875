namespace KernelFlow.Networks;

/// <summary>Decides for every step which parameters may move. What it closes has 0 in the preconditioner of that step and nothing else: the buffers of Adam
/// take
/// every gradient, so that its recursion stays what it is.</summary>
internal abstract class ParameterGate
{
    /// <summary>The gate of a step; the array is reused by the next call.</summary>
    /// <param name="w">The parameters w.</param>
    /// <param name="x">Inputs of the batch [b, inputs].</param>
    /// <param name="g">Output gradient of the batch's mean loss [b, p].</param>
    /// <param name="b">b, the number of examples.</param>
    /// <param name="gradient">∇L of the step [D].</param>
    public abstract bool[] Compute(double[] w, double[] x, double[] g, int b, double[] gradient);

    /// <summary>The gate that the options ask for; null for none.</summary>
    public static ParameterGate? Create(RecordingOptions options, NetworkEvaluator evaluator) => options.Gate switch
    {
        GateKind.None => null,
        GateKind.PopulationRisk => new PopulationRiskGate(evaluator),
        GateKind.RunningVariance => new RunningVarianceGate(options.Beta1, options.Beta2, evaluator.Network.Parameters),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Gate, "Not a gate."),
    };
}
