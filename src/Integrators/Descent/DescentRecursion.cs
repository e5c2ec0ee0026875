using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Descent mode: the exact operators of gradient descent, heavy ball and Adam, with no limit of small learning rates taken (theory, section
/// 8).</summary>
/// <remarks>
/// P_{k+1} = P_k − B̄_k T_k, W_d = Σ η_k P_kᵀ S_kJ_kJ_kᵀS_k P_k, G_{S,d} and G_d = Σ T_k with T_k = f_k [J̄_S; J̄_Q] M_k (Z_k + φ_k J_kᵀS_kP_k) and Z_k =
/// d_kZ_{k−1} + c_kJ_kᵀS_kP_k, S_k the weights of the step's batch. Weight decay is known from the recorded parameters: it moves vectors, not operators.
/// W_d is PSD and ker W_d ⊆ ker G_d holds at any learning rate; the only approximations are the quadratures of J̄ and B̄.
/// Time per step: gradient descent 2N(N+M)D + 2N²D + M²D flops to read Jacobians and O(N²(N+M)) for the recursion; with a buffer 4N²D + 2N(N+M)D, and the run
/// is read twice.
/// Memory: a few (N+M)×N matrices and column blocks; with a buffer also Z, D×(N+13) float64 (N+21 with midpoints).
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
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(options);
        var response = Response(checkpoints, outputs, options, backend, null);
        var carried = new CarriedVectors(outputs.Gradients[0], outputs.Gradients) { KeepGramianAt = options.KeepGramianAt, RespondTo = options.RespondTo };
        return new OperatorDescent(response, outputs, carried, backend, options.Seed, options.FailingIntervals, progress).Run(cancellation);
    }

    /// <summary>Runs plain gradient descent over given kernels: those of a closed-form problem, or of an interpolated run.</summary>
    /// <param name="kernels">Kernels per step.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="carried">Vectors to transport; the start vector is also what the loss change and the quadrature estimate are for. Null: those of
    /// <paramref name="recorded"/>, if given.</param>
    /// <param name="recorded">Outputs before every step and after the last one, for the residuals; null for none.</param>
    /// <param name="seed">Seed of the Lanczos starts that find z.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">The recorded outputs are not one more than the steps.</exception>
    /// <exception cref="NumericalException">P is no longer finite; the message names the step and z.</exception>
    public static DescentResult Run(DescentKernels kernels, Backend backend, CarriedVectors? carried = null, OutputRecord? recorded = null, long seed = 0,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(kernels);
        carried ??= recorded is null ? new CarriedVectors() : new CarriedVectors(recorded.Gradients[0], recorded.Gradients);
        return new OperatorDescent(new KernelResponse(kernels, backend), recorded, carried, backend, seed, new HashSet<int>(), progress).Run(cancellation);
    }

    /// <summary>Carries a block and the predicted gradient over a recorded run of any optimizer with a recursion, without the operators: what C1 to C4 need
    /// costs the reading of the Jacobians and a few columns.</summary>
    /// <param name="checkpoints">Every step recorded; see <see cref="DescentSupport"/>.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <param name="block">V, N×c: the block to carry.</param>
    /// <param name="options">Quadrature and memory limit.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">The run has no descent recursion, its buffer is larger than allowed, or the block has not N rows, or no
    /// column.</exception>
    /// <exception cref="InvalidRunException">Recorded data that are not sound, or midpoints asked for and missing.</exception>
    /// <exception cref="NumericalException">P V is no longer finite; the message names the step and z.</exception>
    public static DescentBlock Carry(CheckpointSequence checkpoints, OutputRecord outputs, in MatrixView block, DescentOptions options, Backend backend,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        PropagationChecks.Block(block, checkpoints.TrainSize);
        var response = Response(checkpoints, outputs, options, backend, block.Columns);
        var carried = new CarriedVectors(outputs.Gradients[0], outputs.Gradients);
        return new OperatorDescent(response, outputs, carried, backend, options.Seed, options.FailingIntervals, progress, block).Carry(cancellation);
    }

    /// <summary>The same for plain gradient descent over given kernels, as those of an interpolated run.</summary>
    /// <param name="kernels">Kernels per step.</param>
    /// <param name="block">V, N×c: the block to carry.</param>
    /// <param name="start">g(s), the gradient that is predicted.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="seed">Seed of the Lanczos starts that find z.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">The block has not N rows, or no column, or the gradient has another length.</exception>
    /// <exception cref="NumericalException">P V is no longer finite; the message names the step and z.</exception>
    public static DescentBlock Carry(DescentKernels kernels, in MatrixView block, double[] start, Backend backend, long seed = 0,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(backend);
        PropagationChecks.Vector(start, kernels.TrainSize, nameof(start));
        PropagationChecks.Block(block, kernels.TrainSize);
        var response = new KernelResponse(kernels, backend, carried: block.Columns);
        return new OperatorDescent(response, null, new CarriedVectors(start), backend, seed, new HashSet<int>(), progress, block).Carry(cancellation);
    }

    internal static StepResponse Response(CheckpointSequence checkpoints, OutputRecord outputs, DescentOptions options, Backend backend, int? carried)
    {
        var rule = DescentSupport.Require(checkpoints);
        return rule.HasBuffer || checkpoints.Optimizer is { WeightDecay: > 0 }
            ? new BufferedResponse(checkpoints, outputs, rule, options, backend, carried)
            : new KernelResponse(DescentKernels.Of(checkpoints, outputs, options.Quadrature, backend, options.Segment), backend, rule, carried);
    }

    /// <summary>Carries a block through plain gradient descent: P V, G V and VᵀW V, without the operators themselves.</summary>
    /// <param name="kernels">Kernels per step.</param>
    /// <param name="block">V, N×c: the block to carry.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <returns>The block at the end and its sums; nothing is integrated, so the errors are zero.</returns>
    /// <exception cref="ArgumentException">The block has not N rows, or no column.</exception>
    public static BlockTransport Transport(DescentKernels kernels, in MatrixView block, Backend backend, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(kernels);
        PropagationChecks.Block(block, kernels.TrainSize);
        var steps = new KernelSteps(kernels, backend);
        var sums = new DescentSums(kernels.TrainSize, kernels.TestSize, block.Columns, backend);
        var x = block.ToMatrix();
        DescentLoop.Run(steps, x, new CarriedColumns(steps, sums), cancellation);
        var report = new SolveReport($"descent of columns ({kernels.Quadrature.Name()})", kernels.Steps, 0, 1);
        return new BlockTransport(x, sums.Train, sums.Test, sums.W, new IntegrationError(0, 0, 0), report);
    }

    /// <summary>Carries one gradient through the recorded steps of plain gradient descent on an interpolant; O(N(N+M)) per step, and no kernel is
    /// formed.</summary>
    /// <remarks>g ← g − η B̄ J̄_S J_Sᵀ g with J, J̄ and B̄ from the interpolant at each step's time (theory, sections 6 and 8).</remarks>
    /// <param name="trajectory">The interpolant; its knots are the checkpoints.</param>
    /// <param name="steps">Number of steps between neighbouring checkpoints, all of the same learning rate.</param>
    /// <param name="gradient">v at the start, length N.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">The numbers of steps are not one for each interval, or not positive, or the vector has another length.</exception>
    public static DescentTransport Transport(InterpolatedTrajectory trajectory, IReadOnlyList<long> steps, double[] gradient,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        return Transport([trajectory], steps, gradient, new ThreadBudget(0), cancellation)[0];
    }

    /// <summary>The same on several paths of one interpolant, which is read once for all of them.</summary>
    /// <param name="paths">An interpolant gone through at different speeds (<see cref="InterpolatedTrajectory.AtSpeeds"/>), at least once.</param>
    /// <param name="steps">Number of steps between neighbouring checkpoints, all of the same learning rate.</param>
    /// <param name="gradient">v at the start, length N.</param>
    /// <param name="spare">Threads that may compute beside this one.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <returns>What became of v on each path.</returns>
    /// <exception cref="ArgumentException">There is no path, or one of another interpolant, the numbers of steps are not one for each interval, or not
    /// positive, or the vector has another length.</exception>
    public static IReadOnlyList<DescentTransport> Transport(IReadOnlyList<InterpolatedTrajectory> paths, IReadOnlyList<long> steps, double[] gradient,
        ThreadBudget spare, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(spare);
        if (paths.Count == 0) throw new ArgumentException("paths: found none, expected at least one.", nameof(paths));
        PropagationChecks.Vector(gradient, paths[0].TrainSize, nameof(gradient));
        if (steps.Count != paths[0].Intervals)
            throw new ArgumentException($"steps: found {steps.Count} numbers, expected {paths[0].Intervals}, one for each interval.", nameof(steps));
        if (steps.Any(s => s < 1)) throw new ArgumentException($"steps: found {steps.Min()}, expected at least 1 in every interval.", nameof(steps));
        var map = new InterpolantSteps(paths, steps, spare);
        var carried = new CarriedGradient(map, gradient, paths.Count);
        var x = Buffers.Zero(gradient.Length, paths.Count);
        for (int c = 0; c < paths.Count; c++) gradient.CopyTo(x.Column(c));
        DescentLoop.Run(map, x, carried, cancellation);
        return [.. paths.Select((_, c) => carried.Of(c))];
    }
}
