using KernelFlow.Integrators;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis;

/// <summary>A window whose operators were formed and decomposed: what the inclusion, the measures and the claims look at.</summary>
/// <param name="Input">What was read.</param>
/// <param name="Model">The operators and how they were made.</param>
/// <param name="Solution">The eigenpairs of W_S.</param>
internal sealed record StudiedWindow(AnalysisInput Input, RunModel Model, SpectrumSolution Solution)
{
    /// <summary>The operators P, W_S, G_S and G_Q of the window.</summary>
    public Propagation Propagation => Model.Propagation;

    /// <summary>The eigenpairs of W_S that were computed.</summary>
    public EigenPairs Pairs => Solution.Pairs;

    /// <summary>The dense linear algebra to use.</summary>
    public Backend Backend => Input.Backend;

    /// <summary>ε of the coarsest number type the data are stored in, or were made from.</summary>
    public double StoredEpsilon { get; } = Input.Checkpoints.SelectMany(c => c.Tensors)
        .Where(t => IsUsed(TensorName.Find(t.Key), Input.Checkpoints.Optimizer))
        .Select(t => t.Value.Type.Epsilon())
        .Concat(Input.Checkpoints.SelectMany(c => (TensorName[])[TensorName.KernelEpsilon, TensorName.ProductEpsilon],
            (c, name) => c.Find(name)?.ReadAll()[0] ?? 0))
        .Max();

    /// <summary>U_Q(T) − U_Q(s), the recorded change of the test outputs.</summary>
    public double[] TestDisplacement { get; } = VectorMath.Subtract(Input.Outputs.TestOutputs[^1], Input.Outputs.TestOutputs[0]);

    /// <summary>U_S(T) − U_S(s), the recorded change of the training outputs.</summary>
    public double[] TrainDisplacement { get; } = VectorMath.Subtract(Input.Outputs.TrainOutputs[^1], Input.Outputs.TrainOutputs[0]);

    // Steps are predicted from the preconditioner, too, where there is one, and from the parameters where these decay.
    internal static bool IsUsed(TensorName? name, Optimizer? optimizer) => name is { BoundsAccuracy: true } || name == TensorName.Preconditioner
        || (name == TensorName.w && optimizer is { WeightDecay: > 0 });
}
