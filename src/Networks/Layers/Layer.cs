using KernelFlow.Numerics;

namespace KernelFlow.Networks.Layers;

/// <summary>One differentiable map of a network, applied to a batch at once: one example per column, all storage supplied by the caller.</summary>
/// <remarks>
/// Backward quantities have q columns per example, column i·q + c for example i: q = 1 for the gradient of a loss, q = p for the Jacobian, all outputs
/// in one pass. "Extra" is what the forward pass keeps for the backward pass (patches, derivatives).
/// </remarks>
internal abstract class Layer(int inputSize, int outputSize, int parameterCount)
{
    /// <summary>Values per example that enter.</summary>
    public int InputSize { get; } = inputSize;

    /// <summary>Values per example that leave.</summary>
    public int OutputSize { get; } = outputSize;

    /// <summary>Number of parameters, contiguous in the network's parameter vector.</summary>
    public int ParameterCount { get; } = parameterCount;

    /// <summary>Values per example that the forward pass keeps for the backward pass.</summary>
    public virtual int ExtraSize => 0;

    /// <summary>Values per backward column that <see cref="Backward"/> needs as scratch.</summary>
    public virtual int ScratchSize => 0;

    /// <summary>What its factors are, for the manifest; null without parameters.</summary>
    public virtual JacobianLayer? Describe(string name) => null;

    /// <summary>Draws initial parameters.</summary>
    public virtual void Initialise(Span<double> w, RandomStream random, double scale) { }

    /// <summary>z ← layer(a); a is input × n, z output × n.</summary>
    public abstract void Forward(Backend backend, double[] w, int offset, in MatrixView a, in MatrixView z, double[] extra);

    /// <summary>δ_a ← (∂z/∂a)ᵀ δ_z; δ_z is output × n·q, δ_a is input × n·q.</summary>
    public abstract void Backward(Backend backend, double[] w, int offset, in MatrixView deltaZ, in MatrixView deltaA, int q, double[] extra, double[] scratch);

    /// <summary>gradient[offset..] ← Σ over the batch of (∂z/∂w)ᵀ δ_z, one column per example.</summary>
    public virtual void Gradient(Backend backend, in MatrixView a, in MatrixView deltaZ, double[] extra, double[] gradient, int offset) { }

    /// <summary>rows[offset.., r] ← (∂z/∂w)ᵀ δ_z[:, r], one column for every column of δ_z.</summary>
    public virtual void Rows(Backend backend, in MatrixView a, in MatrixView deltaZ, int q, double[] extra, in MatrixView rows, int offset) { }

    /// <summary>inputs ← a_i, deltas ← δ of every column, as the factors of a Jacobian have them: <see cref="Rows"/> is their product.</summary>
    public virtual void Factors(in MatrixView a, in MatrixView deltaZ, double[] extra, Span<double> inputs, Span<double> deltas) { }
}
