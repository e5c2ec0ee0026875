using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The recorded steps without one training example, for every example at once: U ← U − T_k(M_i∇Φ(U)), M_i zeroing the block of example i.</summary>
/// <remarks>
/// T_k is the recursion of the recorded optimizer (theory, section 8) with J and, for Adam, the preconditioner as recorded: v̂ has seen the example, and is
/// kept. Weights of batches are kept as well, so an example that is left out is missing from its batches. n + 1 columns go through every step instead of N.
/// </remarks>
public static class MaskedDescent
{
    /// <summary>Why the steps of a run cannot be taken without single examples; null where they can.</summary>
    /// <param name="checkpoints">The run.</param>
    public static string? Obstacle(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        if (checkpoints.Loss.IsCustom) return $"a loss {checkpoints.Loss.Kind} has no formula: its gradient at other outputs is not known";
        if (DescentSupport.Check(checkpoints) is { Possible: false } support) return support.Reason;
        return checkpoints.Optimizer is { WeightDecay: > 0 } ? "weight decay moves parameters by themselves, which are not known without the example" : null;
    }

    /// <summary>Takes the recorded steps.</summary>
    /// <param name="checkpoints">Every step recorded.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <param name="options">Quadrature and memory limit.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">There is an <see cref="Obstacle"/>, or the buffer is larger than allowed.</exception>
    /// <exception cref="InvalidRunException">Recorded data that are not sound.</exception>
    public static MaskedStates Run(CheckpointSequence checkpoints, OutputRecord outputs, DescentOptions options, Backend backend,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        if (Obstacle(checkpoints) is { } obstacle) throw new ArgumentException($"Steps without single examples: {obstacle}.", nameof(checkpoints));
        var loss = checkpoints.Loss;
        int n = loss.Examples, p = loss.Outputs, N = checkpoints.TrainSize;
        var response = DescentRecursion.Response(checkpoints, outputs, options, backend, carried: n + 1);
        // Beside the columns that are carried the steps have some of their own, which are zero here.
        int width = new DescentColumns(n + 1, response.Quadrature).Count;
        MatrixView states = Buffers.Zero(N, n + 1), x = Buffers.Zero(N, width), t = Buffers.Zero(response.Rows, width);
        for (int j = 0; j <= n; j++) outputs.TrainOutputs[0].CopyTo(states.Column(j));
        List<double[]> heldOut = [HeldOut(states, n, p)], whole = [states.Column(n).ToArray()];
        for (long k = 0; k < response.Steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int j = 0; j <= n; j++)
            {
                loss.Gradient(states.Column(j), x.Column(j));
                if (j < n) x.Column(j).Slice(j * p, p).Clear();
            }
            response.Respond(k, x, t);
            for (int j = 0; j <= n; j++) VectorRoutines.Axpy(-1, t.Column(j)[..N], states.Column(j));
            heldOut.Add(HeldOut(states, n, p));
            whole.Add(states.Column(n).ToArray());
        }
        return new MaskedStates(heldOut, whole, (int)response.Steps, 0, response.Steps * (n + 1));
    }

    /// <summary>The block of example i of column i, stacked.</summary>
    internal static double[] HeldOut(in MatrixView states, int n, int p)
    {
        var outputs = new double[n * p];
        for (int i = 0; i < n; i++) states.Column(i).Slice(i * p, p).CopyTo(outputs.AsSpan(i * p, p));
        return outputs;
    }
}
