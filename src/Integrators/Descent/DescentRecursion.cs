using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Descent mode: the exact operators of gradient descent, heavy ball and Adam, with no limit of small learning rates taken (theory, section
/// 8).</summary>
/// <remarks>
/// P_{k+1} = P_k − B̄_k T_k, W_d = Σ η_k P_kᵀ J_kJ_kᵀ P_k, G_{S,d} and G_d = Σ T_k with T_k = f_k [J̄_S; J̄_Q] M_k Z_k and Z_k = μZ_{k−1} + γJ_kᵀP_k.
/// W_d is PSD and ker W_d ⊆ ker G_d holds at any learning rate; the only approximations are the quadratures of J̄ and B̄.
/// Time per step: gradient descent 2N(N+M)D + 2N²D + M²D flops to read Jacobians and O(N²(N+M)) for the recursion; with a buffer 4N²D + 2N(N+M)D, and the run
/// is read twice.
/// Memory: a few (N+M)×N matrices and column blocks; with a buffer also Z, D×(N+4) float64.
/// </remarks>
public static class DescentRecursion
{
    /// <summary>Runs over a recorded run or a window of it.</summary>
    /// <param name="checkpoints">Every step recorded; see <see cref="DescentSupport"/>.</param>
    /// <param name="outputs">Its outputs: g(0) is carried from the start, each g_k across its own step.</param>
    /// <param name="options">Quadrature and memory limit.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">The run has no descent recursion, or its buffer is larger than allowed.</exception>
    /// <exception cref="InvalidRunException">Recorded data that are not sound, or midpoints asked for and missing.</exception>
    /// <exception cref="NumericalException">P is no longer finite; the message names the step and z.</exception>
    public static DescentResult Run(CheckpointSequence checkpoints, OutputRecord outputs, DescentOptions options, Backend backend,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(options);
        var rule = DescentSupport.Require(checkpoints);
        StepResponse response = rule.HasBuffer
            ? new BufferedResponse(checkpoints, outputs, rule, options, backend)
            : new KernelResponse(DescentKernels.Of(checkpoints, outputs, options.Quadrature, backend, options.Segment), backend);
        return new DescentPass(response, outputs, new CarriedVectors(outputs.Gradients[0], outputs.Gradients) { KeepGramianAt = options.KeepGramianAt }, backend, progress, cancellation).Run();
    }

    /// <summary>Runs plain gradient descent over given kernels: those of a closed-form problem, or of an interpolated run.</summary>
    /// <param name="kernels">Kernels per step.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="carried">Vectors to transport; the start vector is also what the loss change and the quadrature estimate are for. Null: those of
    /// <paramref name="recorded"/>, if given.</param>
    /// <param name="recorded">Outputs before every step and after the last one, for the residuals; null for none.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">The recorded outputs are not one more than the steps.</exception>
    /// <exception cref="NumericalException">P is no longer finite; the message names the step and z.</exception>
    public static DescentResult Run(DescentKernels kernels, Backend backend, CarriedVectors? carried = null, OutputRecord? recorded = null,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        carried ??= recorded is null ? new CarriedVectors() : new CarriedVectors(recorded.Gradients[0], recorded.Gradients);
        return new DescentPass(new KernelResponse(kernels, backend), recorded, carried, backend, progress, cancellation).Run();
    }
}
