using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The recorded steps of gradient descent on an interpolant, each column on a path of its own: J, J̄ and B̄ from the interpolant at each step's
/// time; O(N(N+M)) per step, no kernel is formed.</summary>
internal sealed class InterpolantSteps : DescentMap
{
    private readonly IReadOnlyList<InterpolatedTrajectory> _paths;
    private readonly InterpolatedTrajectory _trajectory;
    private readonly IReadOnlyList<long> _counts;
    private readonly OutputHessian[] _averages, _remainders;
    private readonly ThreadBudget _spare;
    private readonly long[] _first;
    private int _interval;

    /// <param name="paths">One interpolant gone through at different speeds; its knots are the checkpoints.</param>
    /// <param name="counts">Number of steps between neighbouring checkpoints.</param>
    /// <param name="spare">Threads that may compute beside the caller.</param>
    public InterpolantSteps(IReadOnlyList<InterpolatedTrajectory> paths, IReadOnlyList<long> counts, ThreadBudget spare)
    {
        (_paths, _trajectory, _counts, _spare) = (paths, paths[0], counts, spare);
        _first = new long[counts.Count + 1];
        for (int k = 0; k < counts.Count; k++) _first[k + 1] = _first[k] + counts[k];
        _averages = [.. paths.Select(p => new OutputHessian(p.TrainSize / p.Outputs, p.Outputs))];
        _remainders = [.. paths.Select(p => new OutputHessian(p.TrainSize / p.Outputs, p.Outputs))];
    }

    public override long Steps => _first[^1];

    public override int TrainSize => _trajectory.TrainSize;

    public override int Rows => _trajectory.TrainSize + _trajectory.TestSize;

    /// <summary>B̄ of the first path.</summary>
    public override OutputHessian Average => _averages[0];

    /// <summary>B̄' of the step last taken on a path.</summary>
    public OutputHessian Remainder(int path) => _remainders[path];

    /// <summary>Whether a step is the last one before a checkpoint.</summary>
    public bool EndsInterval(long step) => step + 1 == _first[_interval + 1];

    public override void Respond(long step, in MatrixView x, in MatrixView t)
    {
        while (step >= _first[_interval + 1]) _interval++;
        long j = step - _first[_interval], count = _counts[_interval];
        double start = _trajectory.Knots[_interval], length = _trajectory.Knots[_interval + 1] - start;
        double rate = length / count, time = start + length * j / count;
        _trajectory.ApplyChords(_paths, _interval, time, start + length * (j + 1) / count, x, t, _spare);
        for (int c = 0; c < x.Columns; c++)
        {
            VectorRoutines.Scale(rate, t.Column(c), t.Column(c));
            // B linear along the step: its mean is at the middle, B̄' = 2∫(1−θ)B dθ at a third.
            _paths[c].Hessian(_interval, time + rate / 3, _remainders[c]);
            _paths[c].Hessian(_interval, time + rate / 2, _averages[c]);
        }
    }

    public override void Move(in MatrixView train, in MatrixView x)
    {
        for (int c = 0; c < x.Columns; c++) _averages[c].Apply(-1, train.ColumnRange(c, 1), 1, x.ColumnRange(c, 1));
    }
}
