using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The n masked states and the unmasked one, and RKC2 steps of them.</summary>
internal sealed class MaskedPath
{
    private readonly KernelProducts _products;
    private readonly LossModel _loss;
    private readonly double[] _start;
    private readonly int _n, _p, _columns;
    private readonly OutputHessian _hessian;
    private readonly MatrixView _gradient;
    private MatrixView _state, _slope, _f, _old, _older, _next, _nextSlope;
    private double _moved;

    public MaskedPath(KernelProducts products, LossModel loss, ReadOnlySpan<double> start)
    {
        (_products, _loss, _start, _n, _p, _columns) = (products, loss, start.ToArray(), loss.Examples, loss.Outputs, loss.Examples + 1);
        int N = products.TrainSize;
        _hessian = new OutputHessian(_n, _p);
        (_state, _slope, _f, _old, _older) = (Buffers.Zero(N, _columns), Buffers.Zero(N, _columns), Buffers.Zero(N, _columns), Buffers.Zero(N, _columns),
            Buffers.Zero(N, _columns));
        (_gradient, _nextSlope) = (Buffers.Zero(N, _columns), Buffers.Zero(N, _columns));
        for (int j = 0; j < _columns; j++) _start.CopyTo(_state.Column(j));
    }

    /// <summary>Products of K_SS with one vector so far.</summary>
    public long Products { get; private set; }

    /// <summary>The slope at the start of an interval.</summary>
    /// <param name="interval">The interval.</param>
    /// <param name="time">Where it begins.</param>
    /// <param name="largest">λ_max of the kernel in it.</param>
    public void Begin(int interval, double time, double largest)
    {
        Slope(interval, time, _state, _slope);
        // Until the states have moved, their errors are measured by how far the first slope takes them before it falls.
        if (interval == 0) _moved = Norm(_slope) / Math.Max(largest * Curvature(), double.Epsilon);
    }

    /// <summary>A bound of λ_max of the loss Hessian over all states.</summary>
    public double Curvature()
    {
        if (_loss.Beta is { } beta) return beta;
        double largest = 0;
        for (int j = 0; j < _columns; j++)
        {
            _loss.Hessian(_state.Column(j), _hessian);
            largest = Math.Max(largest, _hessian.NormBound());
        }
        return largest;
    }

    /// <summary>Tries a step; the states stay where they are.</summary>
    /// <returns>The estimated error relative to how far the states have moved.</returns>
    public double Try(int interval, double time, double length, int count, double end, CancellationToken cancellation)
    {
        var stages = StabilisedStage.Of(count);
        MatrixView old = _old, older = _older;
        _state.CopyTo(old);
        for (int j = 0; j < count; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            var s = stages[j];
            if (j > 0) Slope(interval, Math.Min(end, time + s.Time * length), old, _f);
            for (int i = 0; i < _columns; i++)
            {
                var target = older.Column(i);
                if (j == 0) s.Begin(length, _state.Column(i), _slope.Column(i), target);
                else s.Continue(length, _state.Column(i), _slope.Column(i), old.Column(i), _f.Column(i), target);
            }
            (older, old) = (old, older);
        }
        (_next, _old, _older) = (old, old, older);
        Slope(interval, end, _next, _nextSlope);
        return Error(length);
    }

    /// <summary>Takes the step tried last.</summary>
    public void Accept()
    {
        _moved = Math.Max(_moved, Moved(_next));
        _next.CopyTo(_state);
        (_slope, _nextSlope) = (_nextSlope, _slope);
    }

    /// <summary>The outputs of every example on the path without it, stacked.</summary>
    public double[] HeldOut() => MaskedDescent.HeldOut(_state, _n, _p);

    /// <summary>The outputs on the path with all examples.</summary>
    public double[] Whole() => _state.Column(_n).ToArray();

    // Y ← −K·M_i∇Φ(x) in every column; the last one has no mask.
    private void Slope(int interval, double time, in MatrixView x, in MatrixView y)
    {
        for (int j = 0; j < _columns; j++)
        {
            var g = _gradient.Column(j);
            _loss.Gradient(x.Column(j), g);
            if (j < _n) g.Slice(j * _p, _p).Clear();
            VectorRoutines.Scale(-1, g, g);
        }
        _products.ApplyTrain(interval, time, _gradient, y);
        Products += _columns;
    }

    // 0.8(y_n − y_{n+1}) + 0.4h(f_n + f_{n+1}), the estimate of the source.
    private double Error(double length)
    {
        double squares = 0;
        for (int j = 0; j < _columns; j++)
        {
            ReadOnlySpan<double> before = _state.Column(j), after = _next.Column(j), f0 = _slope.Column(j), f1 = _nextSlope.Column(j);
            for (int i = 0; i < before.Length; i++)
            {
                double e = 0.8 * (before[i] - after[i]) + 0.4 * length * (f0[i] + f1[i]);
                squares += e * e;
            }
        }
        double scale = Math.Max(_moved, Moved(_next));
        return squares == 0 ? 0 : Math.Sqrt(squares) / scale;
    }

    private static double Norm(in MatrixView states)
    {
        double squares = 0;
        for (int j = 0; j < states.Columns; j++) squares += VectorRoutines.Dot(states.Column(j), states.Column(j));
        return Math.Sqrt(squares);
    }

    private double Moved(in MatrixView states)
    {
        double squares = 0;
        for (int j = 0; j < _columns; j++) squares += VectorRoutines.SquaredSum(1, states.Column(j), -1, _start);
        return Math.Sqrt(squares);
    }
}
