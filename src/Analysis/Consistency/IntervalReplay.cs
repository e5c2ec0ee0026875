using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Consistency;

/// <summary>The nonlinear recursion of gradient descent in output space, u ← u − η J̄ J_Sᵀ ∇Φ(u), and the flow u' = −K(t)∇Φ(u), with J from an
/// interpolant.</summary>
/// <remarks>
/// An interval is cut into pieces of one kernel each: of single steps where there are few, otherwise a few pieces with the chord of their middle step. Half as
/// many pieces tell what that does, with an error of second order. The training outputs cost N² a step, the test outputs one product a
/// piece, because they do not act back.
/// </remarks>
internal sealed class IntervalReplay(LossModel loss, int trainSize, int testSize)
{
    private const int DescentPieces = 8, FlowPieces = 16, StepsBetweenChecks = 1024;

    /// <summary>Whether so many steps need pieces of more than one step.</summary>
    public static bool HasPieces(long steps) => steps > DescentPieces;

    // z of one Runge–Kutta step: its local error, z⁵/120, is then below 1e-5 of the fastest mode.
    private const double FlowStep = 0.25;

    private readonly MatrixView _kernels = new(new double[(trainSize + testSize) * trainSize], trainSize + testSize, trainSize);
    private readonly double[] _g = new double[trainSize], _mean = new double[trainSize], _y = new double[trainSize], _stage = new double[trainSize],
        _slope = new double[trainSize];
    private double[] _diagonal = [];

    /// <summary>Replays steps of gradient descent from t₀ to t₁, all of the same learning rate.</summary>
    /// <param name="path">Where the kernels come from.</param>
    /// <param name="skew">What the cross kernels of distant checkpoints lack.</param>
    /// <param name="interval">The interval of the path that holds t₀ and t₁.</param>
    /// <param name="span">t₀ and t₁.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="state">What is replayed; it moves.</param>
    /// <param name="diagonal">K_ii of the training outputs, for the rounding.</param>
    /// <param name="coarse">With half as many pieces.</param>
    /// <param name="cancellation">Honoured between pieces.</param>
    public void Descend(InterpolatedTrajectory path, SkewCorrection? skew, int interval, (double From, double To) span, long steps, ReplayState state,
        double[] diagonal, bool coarse, CancellationToken cancellation)
    {
        _diagonal = diagonal;
        int pieces = (int)Math.Min(steps, coarse ? DescentPieces / 2 : DescentPieces);
        double eta = (span.To - span.From) / steps, h = span.To - span.From;
        long done = 0;
        for (int piece = 0; piece < pieces; piece++)
        {
            long next = steps * (piece + 1) / pieces, count = next - done;
            double middle = span.From + h * (done + 0.5 * count) / steps;
            double from = count == 1 ? span.From + h * done / steps : middle - 0.5 * eta, to = count == 1 ? span.From + h * next / steps : middle + 0.5 * eta;
            path.Chord(interval, from, to, _kernels);
            skew?.Add(path.Knots[interval], path.Knots[interval + 1], from, to, _kernels);
            Array.Clear(_mean);
            for (long j = 0; j < count; j++)
            {
                if (j % StepsBetweenChecks == 0) cancellation.ThrowIfCancellationRequested();
                Slope(state.Outputs);
                VectorRoutines.Axpy(-eta, _y, state.Outputs);
                VectorRoutines.Axpy(eta, _g, _mean);
                state.Noise += eta * WeightedNorm();
            }
            MoveTest(state);
            done = next;
        }
    }

    /// <summary>Integrates the flow from t₀ to t₁ by the classical Runge–Kutta method on pieces of constant kernels.</summary>
    /// <param name="path">Where the kernels come from.</param>
    /// <param name="interval">The interval of the path that holds t₀ and t₁.</param>
    /// <param name="span">t₀ and t₁.</param>
    /// <param name="steps">Runge–Kutta steps, of <see cref="FlowSteps"/>.</param>
    /// <param name="state">What is replayed; it moves.</param>
    /// <param name="diagonal">K_ii of the training outputs, for the rounding.</param>
    /// <param name="coarse">With half as many pieces, and steps of twice the length.</param>
    /// <param name="cancellation">Honoured between pieces.</param>
    public void Flow(InterpolatedTrajectory path, int interval, (double From, double To) span, long steps, ReplayState state, double[] diagonal, bool coarse,
        CancellationToken cancellation)
    {
        _diagonal = diagonal;
        int pieces = coarse ? FlowPieces / 2 : FlowPieces;
        // Half as many pieces have steps of twice the length, so that the comparison of the two sees the error of the Runge–Kutta method, too.
        long count = Math.Max(1, steps / FlowPieces);
        double h = (span.To - span.From) / pieces, step = h / count;
        for (int piece = 0; piece < pieces; piece++)
        {
            path.Kernels(interval, span.From + h * (piece + 0.5), _kernels);
            Array.Clear(_mean);
            for (long j = 0; j < count; j++)
            {
                if (j % StepsBetweenChecks == 0) cancellation.ThrowIfCancellationRequested();
                RungeKutta(state, step);
            }
            MoveTest(state);
        }
    }

    /// <summary>How many Runge–Kutta steps a stretch of time needs.</summary>
    /// <param name="stiffness">h‖B‖‖K‖.</param>
    public static double FlowSteps(double stiffness) => FlowPieces * Math.Max(1, Math.Ceiling(stiffness / (FlowPieces * FlowStep)));

    private void RungeKutta(ReplayState state, double step)
    {
        Array.Clear(_slope);
        double[] u = state.Outputs;
        ReadOnlySpan<double> weight = [1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6], reach = [0.5, 0.5, 1];
        u.CopyTo(_stage, 0);
        for (int i = 0; i < weight.Length; i++)
        {
            Slope(_stage);
            VectorRoutines.Axpy(step * weight[i], _g, _mean);
            VectorRoutines.Axpy(-step * weight[i], _y, _slope);
            state.Noise += step * weight[i] * WeightedNorm();
            if (i < reach.Length) VectorRoutines.Combine(1, u, -step * reach[i], _y, _stage);
        }
        VectorRoutines.Axpy(1, _slope, u);
    }

    // g = ∇Φ(u), y = [J̄_S J_Sᵀ] g.
    private void Slope(double[] u)
    {
        loss.Gradient(u, _g);
        Array.Clear(_y);
        VectorRoutines.AddProduct(_kernels.Slice(0, 0, trainSize, trainSize), _g, _y);
    }

    private void MoveTest(ReplayState state)
    {
        VectorRoutines.Scale(-1, _mean, _mean);
        VectorRoutines.AddProduct(_kernels.Slice(trainSize, 0, testSize, trainSize), _mean, state.Test);
    }

    private double WeightedNorm()
    {
        double sum = 0;
        for (int i = 0; i < trainSize; i++) sum += _diagonal[i] * _g[i] * _g[i];
        return Math.Sqrt(sum);
    }
}
