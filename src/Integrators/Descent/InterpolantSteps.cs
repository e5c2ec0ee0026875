using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The recorded steps of gradient descent on an interpolant, for single vectors: J, J̄ and B̄ from the interpolant at each step's time;
/// O(N(N+M)) per step, no kernel is formed.</summary>
internal sealed class InterpolantSteps : DescentMap
{
    private readonly InterpolatedTrajectory _trajectory;
    private readonly IReadOnlyList<long> _counts;
    private readonly long[] _first;
    private int _interval;

    /// <param name="trajectory">The interpolant; its knots are the checkpoints.</param>
    /// <param name="counts">Number of steps between neighbouring checkpoints.</param>
    public InterpolantSteps(InterpolatedTrajectory trajectory, IReadOnlyList<long> counts)
    {
        (_trajectory, _counts) = (trajectory, counts);
        _first = new long[counts.Count + 1];
        for (int k = 0; k < counts.Count; k++) _first[k + 1] = _first[k] + counts[k];
        int examples = trajectory.TrainSize / trajectory.Outputs;
        (Average, Remainder) = (new OutputHessian(examples, trajectory.Outputs), new OutputHessian(examples, trajectory.Outputs));
    }

    public override long Steps => _first[^1];

    public override int TrainSize => _trajectory.TrainSize;

    public override int Rows => _trajectory.TrainSize + _trajectory.TestSize;

    public override OutputHessian Average { get; }

    /// <summary>B̄' of the step last taken.</summary>
    public OutputHessian Remainder { get; }

    /// <summary>Whether a step is the last one before a checkpoint.</summary>
    public bool EndsInterval(long step) => step + 1 == _first[_interval + 1];

    public override void Respond(long step, in MatrixView x, in MatrixView t)
    {
        while (step >= _first[_interval + 1]) _interval++;
        long j = step - _first[_interval], count = _counts[_interval];
        double start = _trajectory.Knots[_interval], length = _trajectory.Knots[_interval + 1] - start;
        double rate = length / count, time = start + length * j / count;
        for (int c = 0; c < x.Columns; c++)
        {
            _trajectory.ApplyChord(_interval, time, start + length * (j + 1) / count, x.Column(c), t.Column(c));
            VectorRoutines.Scale(rate, t.Column(c), t.Column(c));
        }
        // B linear along the step: its mean is at the middle, B̄' = 2∫(1−θ)B dθ at a third.
        _trajectory.Hessian(_interval, time + rate / 3, Remainder);
        _trajectory.Hessian(_interval, time + rate / 2, Average);
    }
}
