using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>What the exact recursion of gradient descent needs of each step: kernels along the chord and Hessians along the output segment (theory, section
/// 8).</summary>
/// <remarks>The counterpart of <see cref="KernelTrajectory"/> for descent. An implementation may hold scratch: use it from one thread at a time.</remarks>
public abstract class DescentKernels
{
    private double[] _weighted = [];

    /// <summary>Sets the sizes and the learning rates.</summary>
    /// <param name="trainSize">N = n·p, the number of stacked training outputs.</param>
    /// <param name="testSize">M = m·p, the number of stacked test outputs.</param>
    /// <param name="outputs">p, the number of outputs per example.</param>
    /// <param name="learningRates">η_k > 0 per step.</param>
    /// <exception cref="ArgumentException">Sizes do not fit, or there is no step.</exception>
    protected DescentKernels(int trainSize, int testSize, int outputs, IReadOnlyList<double> learningRates)
    {
        SizeChecks.Require(trainSize, testSize, outputs);
        if (learningRates.Count == 0) throw new ArgumentException("Descent needs at least one step.", nameof(learningRates));
        for (int k = 0; k < learningRates.Count; k++)
            if (!(learningRates[k] > 0 && double.IsFinite(learningRates[k])))
                throw new ArgumentException(FormattableString.Invariant($"The learning rate of step {k} is {learningRates[k]}, expected a positive number."),
                    nameof(learningRates));
        TrainSize = trainSize;
        TestSize = testSize;
        Outputs = outputs;
        LearningRates = learningRates;
    }

    /// <summary>N = n·p, the number of stacked training outputs.</summary>
    public int TrainSize { get; }

    /// <summary>M = m·p, the number of stacked test outputs.</summary>
    public int TestSize { get; }

    /// <summary>p, the number of outputs per example.</summary>
    public int Outputs { get; }

    /// <summary>η_k, the learning rate of every step.</summary>
    public IReadOnlyList<double> LearningRates { get; }

    /// <summary>The batches of the steps; null where every step is over all examples.</summary>
    public StepBatches? Batches { get; init; }

    /// <summary>The number of steps.</summary>
    public int Steps => LearningRates.Count;

    /// <summary>The rule by which J̄ is averaged along a step.</summary>
    public abstract ChordQuadratureKind Quadrature { get; }

    /// <summary>Whether <see cref="StepKernels.TestAverage"/> is J̄_Q J̄_Qᵀ or a bound of it from K_QQ; otherwise it is J̄_QJ_Sᵀ K_SS⁺ J_SJ̄_Qᵀ.</summary>
    public virtual bool HasTestKernel => true;

    /// <summary>Relative size of rounding in the kernels: ε of float64 when formed from Jacobians, of the stored type for kernel blocks.</summary>
    public virtual double Epsilon => StorageType.Float64.Epsilon();

    /// <summary>Fills the kernels of one step, with the weights of its batch.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="g">The vector that <see cref="StepKernels.Changes"/> are wanted for, length N.</param>
    /// <param name="target">Receives the kernels.</param>
    /// <exception cref="InvalidRunException">The recorded data are not sound.</exception>
    public void Fill(int step, ReadOnlySpan<double> g, StepKernels target)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, Steps);
        if (g.Length != TrainSize) throw new ArgumentException($"g has {g.Length} entries, expected {TrainSize}.", nameof(g));
        if (target.Average.Columns != TrainSize || target.Average.Rows != TrainSize + TestSize)
            throw new ArgumentException(
                $"The buffers are for N + M = {target.Average.Rows}, N = {target.Average.Columns}, expected {TrainSize + TestSize}, {TrainSize}.",
                nameof(target));
        var weights = Batches is null ? default : Batches.Weights(step);
        if (weights.IsEmpty)
        {
            FillCore(step, g, target);
            return;
        }
        if (_weighted.Length == 0) _weighted = new double[TrainSize];
        VectorRoutines.Multiply(weights, g, _weighted);
        FillCore(step, _weighted, target);
        StepBatches.ScaleColumns(weights, target.Average);
        StepBatches.ScaleColumns(weights, target.Start);
        StepBatches.ScaleRows(weights, target.Start);
    }

    /// <summary>Fills B_k, B̄_k and B̄'_k of one step.</summary>
    public abstract void Hessians(int step, ChordHessian target);

    /// <summary>Core of <see cref="Fill"/>: the kernels of a step over all examples.</summary>
    protected abstract void FillCore(int step, ReadOnlySpan<double> g, StepKernels target);

    /// <summary>The kernels of a run that recorded every step of plain gradient descent: from its Jacobians, streamed, or from its kernel blocks.</summary>
    /// <param name="checkpoints">The run or a window of it.</param>
    /// <param name="outputs">The outputs of the run.</param>
    /// <param name="quadrature">The rule by which J̄ is averaged along a step.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="segment">The rule by which B̄ is averaged along a step.</param>
    /// <exception cref="ArgumentException">The run has no descent recursion, or one with memory (momentum, Adam), which kernels alone do not
    /// determine.</exception>
    /// <exception cref="InvalidRunException">Midpoints were asked for and are missing.</exception>
    public static DescentKernels Of(CheckpointSequence checkpoints, OutputRecord outputs, ChordQuadrature quadrature, Backend backend,
        SegmentQuadrature segment = SegmentQuadrature.Gauss)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(backend);
        var rule = DescentSupport.Require(checkpoints);
        if (rule.HasBuffer) throw new ArgumentException($"Kernels of single steps do not determine {rule.Kind}, whose steps depend on all gradients before.",
            nameof(checkpoints));
        var batches = StepBatches.Of(checkpoints);
        return checkpoints.HasJacobians ? new JacobianDescentKernels(checkpoints, outputs, quadrature, segment, backend) { Batches = batches }
            : new BlockDescentKernels(checkpoints, outputs, quadrature, segment, backend) { Batches = batches };
    }

    /// <summary>η_k of a run that recorded every step: the differences of its flow times.</summary>
    public static double[] Rates(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        var rates = new double[checkpoints.Count - 1];
        for (int k = 0; k < rates.Length; k++) rates[k] = checkpoints[k + 1].Time - checkpoints[k].Time;
        return rates;
    }
}
