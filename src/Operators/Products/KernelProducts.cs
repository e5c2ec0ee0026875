using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>K_SS(t) and K_QS(t) as functions of flow time that are applied to blocks of vectors and never formed, with B(t).</summary>
/// <remarks>
/// This is all that a matrix-free integration needs to know of a run. It is what <see cref="KernelTrajectory"/> is to a dense one, and stands for the same
/// interpolant: products agree with the formed kernels to rounding. A product is linear in X to the last bit of what does not depend on X: the order of its
/// sums depends on shapes only. Not thread-safe: an instance has buffers of its own.
/// </remarks>
public abstract class KernelProducts
{
    /// <summary>Sets sizes and knots.</summary>
    /// <param name="trainSize">N = n·p, the number of stacked training outputs.</param>
    /// <param name="testSize">M = m·p, the number of stacked test outputs.</param>
    /// <param name="outputs">p, the block size of B.</param>
    /// <param name="knots">At least two strictly increasing times.</param>
    /// <exception cref="ArgumentException">Fewer than two knots, or knots that do not increase.</exception>
    protected KernelProducts(int trainSize, int testSize, int outputs, IReadOnlyList<double> knots)
    {
        ArgumentNullException.ThrowIfNull(knots);
        if (knots.Count < 2) throw new ArgumentException("Products along a run need at least two knots.", nameof(knots));
        for (int k = 1; k < knots.Count; k++)
            if (!(knots[k] > knots[k - 1])) throw new ArgumentException("Knots must increase strictly.", nameof(knots));
        SizeChecks.Require(trainSize, testSize, outputs);
        (TrainSize, TestSize, Outputs, Knots) = (trainSize, testSize, outputs, knots);
    }

    /// <summary>N = n·p, the number of stacked training outputs.</summary>
    public int TrainSize { get; }

    /// <summary>M = m·p, the number of stacked test outputs.</summary>
    public int TestSize { get; }

    /// <summary>p, the number of outputs per example.</summary>
    public int Outputs { get; }

    /// <summary>Times between which the kernels are smooth; steps end at each.</summary>
    public IReadOnlyList<double> Knots { get; }

    /// <summary>Number of intervals between knots.</summary>
    public int Intervals => Knots.Count - 1;

    /// <summary>β when B(t) = βI for all t; null otherwise.</summary>
    public abstract double? Beta { get; }

    /// <summary>Y ← K_SS(t)·X, N×c.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="x">X, N×c.</param>
    /// <param name="y">Y, N×c, another array than X.</param>
    /// <exception cref="ArgumentException">A shape is wrong.</exception>
    public void ApplyTrain(int interval, double time, in MatrixView x, in MatrixView y)
    {
        Require(interval, x, TrainSize, y, TrainSize);
        if (x.Columns > 0) ApplyTrainCore(interval, time, x, y);
    }

    /// <summary>Y ← K_QS(t)·X, M×c from N×c.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="x">X, N×c.</param>
    /// <param name="y">Y, M×c.</param>
    /// <exception cref="ArgumentException">A shape is wrong.</exception>
    public void ApplyTest(int interval, double time, in MatrixView x, in MatrixView y)
    {
        Require(interval, x, TrainSize, y, TestSize);
        if (x.Columns > 0 && TestSize > 0) ApplyTestCore(interval, time, x, y);
    }

    /// <summary>Both at once, K_SS(t)·X and K_QS(t)·X: where they go by way of J_S(t)ᵀX, that is formed once.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="x">X, N×c.</param>
    /// <param name="train">Receives K_SS(t)·X, N×c.</param>
    /// <param name="test">Receives K_QS(t)·X, M×c.</param>
    /// <exception cref="ArgumentException">A shape is wrong.</exception>
    public void ApplyBoth(int interval, double time, in MatrixView x, in MatrixView train, in MatrixView test)
    {
        Require(interval, x, TrainSize, train, TrainSize);
        Require(interval, x, TrainSize, test, TestSize);
        if (x.Columns == 0) return;
        if (TestSize > 0) ApplyBothCore(interval, time, x, train, test);
        else ApplyTrainCore(interval, time, x, train);
    }

    /// <summary>X ← K_QS(t)ᵀ·Y, N×c from M×c.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="y">Y, M×c.</param>
    /// <param name="x">X, N×c.</param>
    /// <exception cref="ArgumentException">A shape is wrong.</exception>
    public void ApplyTestTransposed(int interval, double time, in MatrixView y, in MatrixView x)
    {
        Require(interval, y, TestSize, x, TrainSize);
        if (y.Columns == 0) return;
        if (TestSize > 0) ApplyTestTransposedCore(interval, time, y, x);
        else x.Fill(0);
    }

    /// <summary>Writes B(t), the loss Hessian at time t.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="B">Receives B.</param>
    public void Hessian(int interval, double time, OutputHessian B)
    {
        ArgumentNullException.ThrowIfNull(B);
        ArgumentOutOfRangeException.ThrowIfNegative(interval);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(interval, Intervals);
        HessianCore(interval, time, B);
    }

    /// <summary>An upper bound of the largest eigenvalue of K_SS(t) over an interval, by traces or norms; certified, and not sharp.</summary>
    /// <param name="interval">Index of the interval.</param>
    public abstract double TrainBound(int interval);

    /// <summary>Flops of <see cref="ApplyTrain"/> for one vector.</summary>
    /// <param name="interval">Index of the interval.</param>
    public abstract double TrainFlops(int interval);

    /// <summary>Core of <see cref="ApplyTrain"/>.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t.</param>
    /// <param name="x">X.</param>
    /// <param name="y">Y.</param>
    protected abstract void ApplyTrainCore(int interval, double time, in MatrixView x, in MatrixView y);

    /// <summary>Core of <see cref="ApplyTest"/>.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t.</param>
    /// <param name="x">X.</param>
    /// <param name="y">Y.</param>
    protected abstract void ApplyTestCore(int interval, double time, in MatrixView x, in MatrixView y);

    /// <summary>Core of <see cref="ApplyTestTransposed"/>.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t.</param>
    /// <param name="y">Y.</param>
    /// <param name="x">X.</param>
    protected abstract void ApplyTestTransposedCore(int interval, double time, in MatrixView y, in MatrixView x);

    /// <summary>Core of <see cref="ApplyBoth"/>: one after the other, unless they have something in common.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t.</param>
    /// <param name="x">X.</param>
    /// <param name="train">K_SS(t)·X.</param>
    /// <param name="test">K_QS(t)·X.</param>
    protected virtual void ApplyBothCore(int interval, double time, in MatrixView x, in MatrixView train, in MatrixView test)
    {
        ApplyTrainCore(interval, time, x, train);
        ApplyTestCore(interval, time, x, test);
    }

    /// <summary>Core of <see cref="Hessian"/>.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t.</param>
    /// <param name="B">Receives B.</param>
    protected abstract void HessianCore(int interval, double time, OutputHessian B);

    private void Require(int interval, in MatrixView from, int fromRows, in MatrixView to, int toRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(interval);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(interval, Intervals);
        if (from.Rows != fromRows || to.Rows != toRows || from.Columns != to.Columns)
            throw new ArgumentException($"The product takes {fromRows} rows to {toRows}; found {from.Rows}x{from.Columns} and {to.Rows}x{to.Columns}.");
    }
}
