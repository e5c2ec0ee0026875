using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>A step by the explicit pair of Tsitouras: fewest multiplications where many columns are carried and the interval is not stiff.</summary>
/// <remarks>W and G are sums over the same stages with the weights of the pair; what the test outputs get is summed by stored block and multiplied once an
/// interval.</remarks>
internal sealed class ColumnExplicit
{
    /// <summary>The power of the step's length by which the estimated error falls.</summary>
    public const int Order = 5;

    private static readonly ExplicitTableau s_pair = ExplicitTableau.Tsitouras5;
    private static readonly double[] s_nodes = [.. s_pair.C];
    private static readonly int s_last = s_nodes.Length - 1; // the stage at the end of the step
    private static readonly double[] s_weights = [.. s_pair.B, 0];
    private static readonly double[] s_difference = [.. s_weights.Zip(s_pair.Embedded, (b, e) => b - e)];

    private readonly ColumnState _state;
    private readonly MatrixView[] _stages, _kernel, _slope; // X_i, K_iX_i and B_iK_iX_i
    private readonly MatrixView[] _weighted, _weightedError; // by term, summed over the interval
    private readonly MatrixView _trainError, _testError;
    private bool _hasFirst;

    /// <param name="state">The columns.</param>
    /// <param name="terms">The most distinct terms of an interval.</param>
    public ColumnExplicit(ColumnState state, int terms)
    {
        _state = state;
        int n = state.X.Rows, columns = state.X.Columns;
        MatrixView[] New(int count) => [.. Enumerable.Range(0, count).Select(_ => Buffers.Zero(n, columns))];
        (_stages, _kernel, _weighted, _weightedError) = (New(s_nodes.Length), New(s_nodes.Length), New(terms), New(terms));
        _slope = state.Models.All(m => m.Trajectory.Beta is not null) ? _kernel : New(s_nodes.Length);
        (_trainError, _testError) = (Buffers.Zero(n, columns), Buffers.Zero(state.Test.Rows, columns));
    }

    /// <summary>Starts an interval.</summary>
    public void BeginInterval()
    {
        _hasFirst = false;
        foreach (var sum in _weighted) sum.Fill(0);
        foreach (var sum in _weightedError) sum.Fill(0);
    }

    /// <summary>‖BKX‖/‖X‖ at the start: how fast the columns move.</summary>
    public double Rate(int interval, double from, double share)
    {
        First(interval, from, share);
        return Tolerances.Relative(MatrixNorms.Frobenius(_slope[0]) * (_slope[0].Array == _kernel[0].Array ? _state.Models[0].Trajectory.Beta!.Value : 1),
            MatrixNorms.Frobenius(_state.X));
    }

    /// <summary>Tries a step; the columns stay where they are.</summary>
    /// <returns>The estimated relative error.</returns>
    public double Try(int interval, double from, double share)
    {
        First(interval, from, share);
        var system = _state.System;
        for (int i = 1; i <= s_last; i++)
        {
            _state.X.CopyTo(_stages[i]);
            for (int j = 0; j < i; j++) AddSlope(-s_pair.A[i][j], j, _stages[i]);
            system.ApplyKernelAt(i, _stages[i], _kernel[i]);
            ApplyHessian(i);
        }
        _stages[s_last].CopyTo(_state.Next);
        _state.Train.Fill(0);
        _trainError.Fill(0);
        _state.Test.Fill(0);
        foreach (var m in _state.Models)
        {
            m.Increment.Fill(0);
            m.IncrementBefore.Fill(0);
            for (int i = 0; i <= s_last; i++)
            {
                system.AddGramian(m, s_weights[i], m.Of(_stages[i]), m.Of(_kernel[i]), m.Increment);
                system.AddGramian(m, s_difference[i], m.Of(_stages[i]), m.Of(_kernel[i]), m.IncrementBefore);
                AddTo(m, s_weights[i], _kernel[i], _state.Train);
                AddTo(m, s_difference[i], _kernel[i], _trainError);
            }
            double train = MatrixNorms.Frobenius(m.Of(_trainError)), p = m.Trajectory.Beta is { } beta ? beta * train : SlopeError(m);
            m.Found = new OperatorNorms(p, MatrixNorms.Frobenius(m.IncrementBefore), train, 0);
        }
        return _state.LargestRelative();
    }

    /// <summary>After a step was taken: keeps what the test outputs get of it, and its last stage as the first of the next.</summary>
    public void Accepted()
    {
        if (_state.Test.Rows > 0)
            for (int t = 0; t < _state.System.Terms; t++)
                for (int i = 0; i <= s_last; i++)
                {
                    if (s_weights[i] != 0) _state.System.AddWeighted(t, i, s_weights[i], _stages[i], _weighted[t]);
                    _state.System.AddWeighted(t, i, s_difference[i], _stages[i], _weightedError[t]);
                }
        _kernel[s_last].CopyTo(_kernel[0]);
        if (_slope[0].Array != _kernel[0].Array) _slope[s_last].CopyTo(_slope[0]);
    }

    /// <summary>At the end of an interval, or where another method goes on: the test outputs.</summary>
    public void EndInterval()
    {
        if (_state.Test.Rows == 0) return;
        _state.Test.Fill(0);
        _testError.Fill(0);
        for (int t = 0; t < _state.System.Terms; t++)
        {
            _state.System.AddTest(t, _weighted[t], _state.Test);
            _state.System.AddTest(t, _weightedError[t], _testError);
        }
        foreach (var m in _state.Models)
            m.Errors.AddTest(MatrixNorms.Frobenius(m.Of(_testError)), MatrixNorms.Frobenius(m.Of(_state.Test)), MatrixNorms.Frobenius(m.Of(_state.X)));
        VectorRoutines.Axpy(1, _state.Test.Array, _state.TestSum.Array);
    }

    private void First(int interval, double from, double share)
    {
        _state.System.Place(interval, from, share, s_nodes);
        _state.X.CopyTo(_stages[0]);
        if (_hasFirst) return;
        _state.System.ApplyKernelAt(0, _stages[0], _kernel[0]);
        ApplyHessian(0);
        _hasFirst = true;
    }

    private void ApplyHessian(int i)
    {
        if (_slope[i].Array == _kernel[i].Array) return;
        foreach (var m in _state.Models) m.ApplyHessian(i, m.Of(_kernel[i]), m.Of(_slope[i]));
    }

    private void AddSlope(double weight, int stage, in MatrixView target)
    {
        if (weight == 0) return;
        bool scalar = _slope[stage].Array == _kernel[stage].Array;
        foreach (var m in _state.Models) AddTo(m, scalar ? weight * m.Trajectory.Beta!.Value : weight, _slope[stage], target);
    }

    private double SlopeError(ColumnModel m)
    {
        // Next is done with as the end of the step: its columns serve as scratch and are restored.
        var next = m.Of(_state.Next);
        next.Fill(0);
        for (int i = 0; i <= s_last; i++) AddTo(m, s_difference[i], _slope[i], _state.Next);
        double error = MatrixNorms.Frobenius(next);
        m.Of(_stages[s_last]).CopyTo(next);
        return error;
    }

    private static void AddTo(ColumnModel m, double weight, in MatrixView from, in MatrixView target)
    {
        if (weight == 0) return;
        for (int j = m.First; j < m.First + m.Columns; j++) VectorRoutines.Axpy(weight * m.Length, from.Column(j), target.Column(j));
    }
}
