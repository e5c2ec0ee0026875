using System.Buffers;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>One node of a quadrature in time: the interval it lies in, its time τ and its weight ω > 0.</summary>
/// <param name="Interval">Index of the interval between neighbouring knots.</param>
/// <param name="Time">τ, in flow time.</param>
/// <param name="Weight">ω, positive.</param>
public readonly record struct QuadratureNode(int Interval, double Time, double Weight);

/// <summary>K_SS(t), K_QS(t), K_QQ(t) and B(t) as functions of flow time, smooth between knots (the checkpoint times).</summary>
/// <remarks>This is all that an integrator needs to know of a run. Interpolated recordings and closed-form test problems are both of this kind. Calls from
/// several
/// threads are safe.</remarks>
public abstract class KernelTrajectory
{
    /// <summary>Sets sizes and knots.</summary>
    /// <param name="trainSize">N = n·p, the number of stacked training outputs.</param>
    /// <param name="testSize">M = m·p, the number of stacked test outputs.</param>
    /// <param name="outputs">p, the block size of B.</param>
    /// <param name="knots">At least two strictly increasing times.</param>
    /// <exception cref="ArgumentException">Fewer than two knots, or knots that do not increase.</exception>
    protected KernelTrajectory(int trainSize, int testSize, int outputs, IReadOnlyList<double> knots)
    {
        if (knots.Count < 2) throw new ArgumentException("A trajectory needs at least two knots.", nameof(knots));
        for (int k = 1; k < knots.Count; k++)
            if (!(knots[k] > knots[k - 1])) throw new ArgumentException("Knots must increase strictly.", nameof(knots));
        SizeChecks.Require(trainSize, testSize, outputs);
        TrainSize = trainSize;
        TestSize = testSize;
        Outputs = outputs;
        Knots = knots;
    }

    /// <summary>N = n·p, the number of stacked training outputs.</summary>
    public int TrainSize { get; }

    /// <summary>M = m·p, the number of stacked test outputs.</summary>
    public int TestSize { get; }

    /// <summary>p, the number of outputs per example.</summary>
    public int Outputs { get; }

    /// <summary>Times between which the trajectory is smooth; integration restarts at each.</summary>
    public IReadOnlyList<double> Knots { get; }

    /// <summary>Number of intervals between knots.</summary>
    public int Intervals => Knots.Count - 1;

    /// <summary>β when B(t) = βI for all t; null otherwise.</summary>
    public abstract double? Beta { get; }

    /// <summary>Writes [K_SS(t); K_QS(t)], (N+M)×N, for t in the closed interval with the given index.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="kernels">Receives the kernels.</param>
    /// <exception cref="ArgumentException">The shape is wrong or t lies outside the interval.</exception>
    public void Kernels(int interval, double time, in MatrixView kernels)
    {
        if (kernels.Rows != TrainSize + TestSize || kernels.Columns != TrainSize)
            throw new ArgumentException($"[K_SS; K_QS] is {TrainSize + TestSize}x{TrainSize}, the buffer {kernels.Rows}x{kernels.Columns}.");
        CheckTime(interval, time);
        KernelsCore(interval, time, kernels);
    }

    /// <summary>A ← α·K_SS(t) + γ·C, what a step forms its systems of equations from, without the other kernels.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="alpha">α.</param>
    /// <param name="gamma">γ; with 0 C is not read.</param>
    /// <param name="c">C, N×N, which may be A itself.</param>
    /// <param name="a">A, N×N.</param>
    /// <param name="lower">Only the elements on and below the diagonal are read and written: half the work where they are all that is looked at.</param>
    /// <param name="spare">Threads that may compute beside this one.</param>
    /// <exception cref="ArgumentException">The shape is wrong or t lies outside the interval.</exception>
    public void TrainKernel(int interval, double time, double alpha, double gamma, in MatrixView c, in MatrixView a, bool lower, ThreadBudget spare)
    {
        ArgumentNullException.ThrowIfNull(spare);
        if (a.Rows != TrainSize || a.Columns != TrainSize || c.Rows != TrainSize || c.Columns != TrainSize)
            throw new ArgumentException($"K_SS is {TrainSize}x{TrainSize}, the buffers {a.Rows}x{a.Columns} and {c.Rows}x{c.Columns}.");
        CheckTime(interval, time);
        TrainKernelCore(interval, time, alpha, gamma, c, a, lower, spare);
    }

    /// <summary>Writes K_QS(t) alone, M×N.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="a">Receives the kernel.</param>
    /// <param name="spare">Threads that may compute beside this one.</param>
    /// <exception cref="ArgumentException">The shape is wrong or t lies outside the interval.</exception>
    public void TestKernel(int interval, double time, in MatrixView a, ThreadBudget spare)
    {
        ArgumentNullException.ThrowIfNull(spare);
        if (a.Rows != TestSize || a.Columns != TrainSize)
            throw new ArgumentException($"K_QS is {TestSize}x{TrainSize}, the buffer {a.Rows}x{a.Columns}.");
        CheckTime(interval, time);
        if (TestSize > 0) TestKernelCore(interval, time, a, spare);
    }

    /// <summary>Writes B(t), the loss Hessian at time t.</summary>
    /// <exception cref="ArgumentException">t lies outside the interval.</exception>
    public void Hessian(int interval, double time, OutputHessian B)
    {
        ArgumentNullException.ThrowIfNull(B);
        CheckTime(interval, time);
        HessianCore(interval, time, B);
    }

    /// <summary>Σ ω_i K_QQ(τ_i), M×M, or an upper bound of it in the PSD order where K_QQ was not recorded.</summary>
    public abstract DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes);

    /// <summary>Σ ω_i B(τ_i) K_SS(τ_i) B(τ_i), N×N: what bounds how far P moves a vector (claim C9).</summary>
    public virtual DenseMatrix MotionIntegral(IEnumerable<QuadratureNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        int N = TrainSize;
        var kernels = new DenseMatrix(N + TestSize, N);
        MatrixView train = ((MatrixView)kernels).Slice(0, 0, N, N);
        DenseMatrix left = new(N, N), transposed = new(N, N), sum = new(N, N);
        var B = new OutputHessian(N / Outputs, Outputs);
        foreach (var node in nodes)
        {
            Kernels(node.Interval, node.Time, kernels);
            Hessian(node.Interval, node.Time, B);
            B.Apply(1, train, 0, left);
            left.Transpose(transposed);
            B.Apply(node.Weight, transposed, 1, sum);
        }
        return sum;
    }

    /// <summary>The sum of ω_i·[K_SS; K_QS] at the times τ_i, (N+M)×N.</summary>
    public virtual DenseMatrix KernelIntegral(IEnumerable<QuadratureNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        DenseMatrix kernels = new(TrainSize + TestSize, TrainSize), sum = new(TrainSize + TestSize, TrainSize);
        foreach (var node in nodes)
        {
            Kernels(node.Interval, node.Time, kernels);
            VectorRoutines.Axpy(node.Weight, kernels.Values, sum.Values);
        }
        return sum;
    }

    /// <summary>Whether <see cref="TestKernelIntegral"/> comes from K_QQ itself (otherwise from K_QS K_SS⁺ K_SQ).</summary>
    public virtual bool HasTestKernel => true;

    /// <summary>Relative size of rounding in the kernels: ε of float64 when they were formed from Jacobians, of the stored type for kernel blocks.</summary>
    public virtual double Epsilon => StorageType.Float64.Epsilon();

    /// <summary>The kernels of an interval as a sum of stored ones with weights c(θ), where the trajectory is made so: products with a few columns then need
    /// nothing to be formed. Null where it is not.</summary>
    /// <param name="interval">Index of the interval.</param>
    public virtual IReadOnlyList<WeightedTerm>? Terms(int interval) => null;

    /// <summary>θ ∈ [0, 1], at which the weights of <see cref="Terms"/> are taken at a time.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    public virtual double Position(int interval, double time) => (time - Knots[interval]) / (Knots[interval + 1] - Knots[interval]);

    /// <summary>Whether the kernels are multiplied with vectors (<see cref="ApplyTrain"/>, <see cref="ApplyTest"/>) and can't be formed: runs whose kernels
    /// don't fit into memory. Whatever writes kernels then throws <see cref="NotSupportedException"/>.</summary>
    public virtual bool IsApplied => false;

    /// <summary>y ← K_SS(t_c) x_c, each column at a time of its own; only where <see cref="IsApplied"/>.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="times">t_c, in the interval, one for every column.</param>
    /// <param name="x">N rows.</param>
    /// <param name="y">N rows, another array than X.</param>
    /// <exception cref="ArgumentException">A shape is wrong or a time lies outside the interval.</exception>
    public void ApplyTrain(int interval, ReadOnlySpan<double> times, in MatrixView x, in MatrixView y)
    {
        RequireColumns(interval, times, x, y, TrainSize);
        if (x.Columns > 0) ApplyTrainCore(interval, times, x, y);
    }

    /// <summary>y ← K_QS(t_c) x_c, each column at a time of its own; only where <see cref="IsApplied"/>.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="times">t_c, in the interval, one for every column.</param>
    /// <param name="x">N rows.</param>
    /// <param name="y">M rows.</param>
    /// <exception cref="ArgumentException">A shape is wrong or a time lies outside the interval.</exception>
    public void ApplyTest(int interval, ReadOnlySpan<double> times, in MatrixView x, in MatrixView y)
    {
        RequireColumns(interval, times, x, y, TestSize);
        if (x.Columns > 0 && TestSize > 0) ApplyTestCore(interval, times, x, y);
    }

    /// <summary>Core of <see cref="ApplyTrain"/>.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="times">t_c.</param>
    /// <param name="x">X.</param>
    /// <param name="y">Y.</param>
    protected virtual void ApplyTrainCore(int interval, ReadOnlySpan<double> times, in MatrixView x, in MatrixView y) =>
        throw new NotSupportedException($"{GetType().Name} forms its kernels.");

    /// <summary>Core of <see cref="ApplyTest"/>.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="times">t_c.</param>
    /// <param name="x">X.</param>
    /// <param name="y">Y.</param>
    protected virtual void ApplyTestCore(int interval, ReadOnlySpan<double> times, in MatrixView x, in MatrixView y) =>
        throw new NotSupportedException($"{GetType().Name} forms its kernels.");

    private void RequireColumns(int interval, ReadOnlySpan<double> times, in MatrixView x, in MatrixView y, int rows)
    {
        if (x.Rows != TrainSize || y.Rows != rows || x.Columns != y.Columns || times.Length != x.Columns)
            throw new ArgumentException($"The product takes {TrainSize} rows to {rows}; found {x.Rows}x{x.Columns}, {y.Rows}x{y.Columns} and "
                + $"{times.Length} times.");
        foreach (double time in times) CheckTime(interval, time);
    }

    /// <summary>Core of <see cref="Kernels"/>.</summary>
    protected abstract void KernelsCore(int interval, double time, in MatrixView kernels);

    /// <summary>Core of <see cref="TrainKernel"/>; a trajectory that can form K_SS by itself overrides it, this one forms all kernels.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="alpha">α.</param>
    /// <param name="gamma">γ; with 0 C is not read.</param>
    /// <param name="c">C.</param>
    /// <param name="a">A.</param>
    /// <param name="lower">Only the elements on and below the diagonal.</param>
    /// <param name="spare">Threads that may compute beside this one.</param>
    protected virtual void TrainKernelCore(int interval, double time, double alpha, double gamma, in MatrixView c, in MatrixView a, bool lower,
        ThreadBudget spare)
    {
        double[] rented = Rent(interval, time, out var kernels);
        for (int j = 0; j < TrainSize; j++)
        {
            int first = lower ? j : 0;
            var source = kernels.Column(j)[first..TrainSize];
            if (gamma == 0) VectorRoutines.Scale(alpha, source, a.Column(j)[first..]);
            else VectorRoutines.Combine(alpha, source, gamma, c.Column(j)[first..], a.Column(j)[first..]);
        }
        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>Core of <see cref="TestKernel"/>; likewise.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="a">Receives the kernel.</param>
    /// <param name="spare">Threads that may compute beside this one.</param>
    protected virtual void TestKernelCore(int interval, double time, in MatrixView a, ThreadBudget spare)
    {
        double[] rented = Rent(interval, time, out var kernels);
        kernels.Slice(TrainSize, 0, TestSize, TrainSize).CopyTo(a);
        ArrayPool<double>.Shared.Return(rented);
    }

    private double[] Rent(int interval, double time, out MatrixView kernels)
    {
        double[] rented = ArrayPool<double>.Shared.Rent(ArraySize.Of(TrainSize + TestSize, TrainSize));
        kernels = new MatrixView(rented, TrainSize + TestSize, TrainSize);
        KernelsCore(interval, time, kernels);
        return rented;
    }

    /// <summary>Core of <see cref="Hessian"/>.</summary>
    protected abstract void HessianCore(int interval, double time, OutputHessian B);

    private void CheckTime(int interval, double time)
    {
        if ((uint)interval >= (uint)Intervals) throw new ArgumentOutOfRangeException(nameof(interval));
        double a = Knots[interval], b = Knots[interval + 1];
        // Stages of a step are sums such as (t + h/2) + h/2, each rounded to the spacing of numbers at t, which may exceed any share of a short interval.
        double slack = Math.Max(1e-9 * (b - a), 4 * Math.Max(Math.BitIncrement(Math.Abs(a)) - Math.Abs(a), Math.BitIncrement(Math.Abs(b)) - Math.Abs(b)));
        if (!(time >= a - slack && time <= b + slack))
            throw new ArgumentException(FormattableString.Invariant($"t = {time} lies outside interval {interval}, [{a}, {b}]."), nameof(time));
    }
}
