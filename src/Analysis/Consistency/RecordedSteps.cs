using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Consistency;

/// <summary>Every step recorded, with Jacobians: each step predicted from the recorded gradients of all steps so far, by the trapezium and by Simpson's rule or
/// by a cubic through neighbouring checkpoints.</summary>
/// <remarks>The parameters are cut into blocks and every block is followed through all steps, so that each number of the files is read once and a buffer is one
/// vector: G_k = J_S,kᵀS_kg_k + λw_k, Z_k = d Z_{k−1} + c G_k, w_{k+1} − w_k = −f M (Z_k + φ G_k). O((N+M)D) a step, where the kernels took N times
/// that.</remarks>
internal sealed class RecordedSteps
{
    private const int BlockBytes = 4 << 20, Window = 4;

    private readonly AnalysisInput _input;
    private readonly CheckpointSequence _checkpoints;
    private readonly DescentRule _rule;
    private readonly bool _midpoints;
    private readonly int _n, _rows, _steps;
    private readonly JacobianColumns[] _blocks = new JacobianColumns[Window];
    private readonly JacobianColumns? _middle;
    private readonly double[][] _gradients;
    private readonly StepDecay? _decay;
    private readonly double[] _buffer, _other, _step, _move, _fresh, _preconditioner, _earlier, _start, _end, _later, _half;
    private readonly double[][] _trapezium, _finer, _onesided, _path, _without;
    private int _count;
    private long _first;

    private RecordedSteps(AnalysisInput input, DescentRule rule)
    {
        (_input, _checkpoints, _rule) = (input, input.Checkpoints, rule);
        _midpoints = ChordQuadrature.Auto.Resolve(_checkpoints) == ChordQuadratureKind.Midpoint;
        (_n, _rows, _steps) = (_checkpoints.TrainSize, _checkpoints.TrainSize + _checkpoints.TestSize, _checkpoints.Count - 1);
        Width = JacobianColumns.Width(_checkpoints, (int)Math.Max(64, BlockBytes / (8L * _rows)));
        JacobianColumns Columns() => new(_checkpoints, withTest: true, Width, input.Backend);
        for (int i = 0; i < Window; i++) _blocks[i] = Columns();
        _middle = _midpoints ? Columns() : null;
        (_buffer, _other, _step) = (new double[Width], new double[Width], new double[Width]);
        (_move, _fresh, _preconditioner) = (new double[Width], new double[Width], new double[Width]);
        double[] Outputs() => new double[_rows];
        (_earlier, _start, _end, _later, _half) = (Outputs(), Outputs(), Outputs(), Outputs(), Outputs());
        var batches = StepBatches.Of(_checkpoints);
        _gradients = [.. Enumerable.Range(0, _steps).Select(k => StepBatches.Gradient(batches, k, input.Outputs.Gradients[k]))];
        _decay = StepDecay.Of(_checkpoints);
        double[][] Sums() => [.. Enumerable.Range(0, _steps).Select(_ => new double[_rows])];
        (_trapezium, _finer, _onesided, _path, _without) = (Sums(), Sums(), Sums(), Sums(), Sums());
    }

    private int Width { get; }

    /// <summary>Predicts all steps.</summary>
    public static IntervalRecord Compare(AnalysisInput input, DescentRule rule, CancellationToken cancellation)
    {
        var steps = new RecordedSteps(input, rule);
        long parameters = input.Checkpoints.Parameters!.Value;
        for (long first = 0; first < parameters; first += steps.Width)
        {
            cancellation.ThrowIfCancellationRequested();
            steps.Follow(first, (int)Math.Min(steps.Width, parameters - first), cancellation);
        }
        return new StepComparison(input, rule, steps._midpoints).Of(
            steps._trapezium, steps._finer, steps._onesided, steps._midpoints ? steps._path : null, steps._without);
    }

    private void Follow(long first, int count, CancellationToken cancellation)
    {
        (_first, _count) = (first, count);
        Array.Clear(_buffer);
        for (int k = 0; k < Math.Min(2, _checkpoints.Count); k++) Read(k);
        for (int k = 0; k < _steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (k + 2 < _checkpoints.Count) Read(k + 2);
            Step(k);
        }
    }

    private void Step(int k)
    {
        FormStep(k);
        bool left = k > 0, right = k + 2 <= _steps;
        _middle?.Read(_checkpoints[k], TensorName.J_S_mid, TensorName.J_Q_mid, _first, _count);
        var (before, after) = (left ? k - 1 : k, right ? k + 2 : k + 1);
        var path = JacobianInterpolant.Cubic([.. Enumerable.Range(before, after - before + 1)], _input.Outputs.Times, k - before);
        var parabola = JacobianInterpolant.Parabola(path.Checkpoints, _input.Outputs.Times, k - before);
        double[] means = Means(path, k), side = Means(parabola, k);
        // The step into k + 1 and the step out of k, with J_{k+1} and with J_k from their neighbours.
        var entering = right ? LeftOutWeights(k + 1) : default;
        var leaving = left ? LeftOutWeights(k) : default;
        Columns(k).Multiply(_step, _start);
        Columns(k + 1).Multiply(_step, _end);
        if (left) Columns(k - 1).Multiply(_step, _earlier);
        if (right) Columns(k + 2).Multiply(_step, _later);
        _middle?.Multiply(_step, _half);
        for (int r = 0; r < _rows; r++)
        {
            double start = _start[r], end = _end[r], earlier = left ? _earlier[r] : 0, later = right ? _later[r] : 0;
            _trapezium[k][r] -= 0.5 * (start + end);
            double cubic = Weighted(means, earlier, start, end, later);
            _onesided[k][r] += Weighted(side, earlier, start, end, later) - cubic;
            _path[k][r] += 0.5 * (start + end) - cubic;
            _finer[k][r] -= _midpoints ? (start + 4 * _half[r] + end) / 6 : cubic;
            if (right) _without[k + 1][r] -= entering.Entering.Before * start + entering.Entering.After * later;
        }
        if (!left) return;
        FormStepWithout(k, leaving.At);
        Columns(k - 1).Multiply(_other, _earlier);
        Columns(k + 1).Multiply(_other, _end);
        for (int r = 0; r < _rows; r++) _without[k][r] -= leaving.Leaving.Before * _earlier[r] + leaving.Leaving.After * _end[r];
    }

    // The mean weights of an interpolant over the step, of checkpoints k − 1, k, k + 1, k + 2.
    private static double[] Means(JacobianInterpolant path, int k)
    {
        var means = new double[Window];
        for (int a = 0; a < path.Checkpoints.Count; a++) means[path.Checkpoints[a] - k + 1] = path.Mean(a, 0, 1);
        return means;
    }

    private static double Weighted(double[] means, double earlier, double start, double end, double later) =>
        means[0] * earlier + means[1] * start + means[2] * end + means[3] * later;

    // The parameter step of one block: the only place that knows how gradients become steps.
    private void FormStep(int k)
    {
        long step = _checkpoints[k].Step;
        Span<double> z = _buffer.AsSpan(0, _count), fresh = _fresh.AsSpan(0, _count), move = _move.AsSpan(0, _count);
        fresh.Clear();
        AddGradient(k, k, 1, _fresh);
        if (_decay is { IsDecoupled: false }) VectorRoutines.Axpy(1, _decay.At(k, _first, _count), fresh);
        VectorRoutines.Combine(_rule.DecayAt(step), z, _rule.GainAt(step), fresh, z);
        VectorRoutines.Combine(1, z, _rule.FreshAt(step), fresh, move);
        if (_checkpoints[k].Find(TensorName.Preconditioner) is { } tensor) tensor.Read(_first, _preconditioner.AsSpan(0, _count));
        Take(k, move, _step.AsSpan(0, _count));
    }

    // The same step had J_S,k been (1 − x) J_S,k−1 + x J_S,k+1.
    private void FormStepWithout(int k, double x)
    {
        long step = _checkpoints[k].Step;
        double weight = _rule.GainAt(step) + _rule.FreshAt(step);
        AddGradient(k, k, -weight, _move);
        AddGradient(k - 1, k, weight * (1 - x), _move);
        AddGradient(k + 1, k, weight * x, _move);
        Take(k, _move.AsSpan(0, _count), _other.AsSpan(0, _count));
    }

    // −(w_{k+1} − w_k) from Z_k + φ G_k.
    private void Take(int k, ReadOnlySpan<double> move, Span<double> target)
    {
        double eta = Rate(k);
        VectorRoutines.Scale(_rule.StepFactor(_checkpoints[k].Step, eta), move, target);
        if (_checkpoints[k].Find(TensorName.Preconditioner) is not null) VectorRoutines.Multiply(target, _preconditioner.AsSpan(0, _count), target);
        if (_decay is { IsDecoupled: true }) VectorRoutines.Axpy(eta, _decay.At(k, _first, _count), target);
    }

    // z += factor·J_S,aᵀ S_k g_k
    private void AddGradient(int a, int k, double factor, double[] z) => Columns(a).AddTransposed(_gradients[k], factor, z);

    // Where checkpoint k lies between its neighbours, and the mean weights of these over the step before and after it.
    private (double At, (double Before, double After) Entering, (double Before, double After) Leaving) LeftOutWeights(int k)
    {
        var t = _input.Outputs.Times;
        double x = (t[k] - t[k - 1]) / (t[k + 1] - t[k - 1]), first = x / 2, second = (1 + x) / 2;
        return (x, (1 - first, first), (1 - second, second));
    }

    private double Rate(int k) => _input.Outputs.Times[k + 1] - _input.Outputs.Times[k];

    private JacobianColumns Columns(int checkpoint) => _blocks[checkpoint % Window];

    private void Read(int k) => Columns(k).Read(_checkpoints[k], TensorName.J_S, TensorName.J_Q, _first, _count);
}
