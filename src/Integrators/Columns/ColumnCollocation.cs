using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>A step by Radau IIA rules of more and more nodes, each started from the polynomial of the one before, until two agree. The larger one is kept; the
/// difference is the error of the smaller.</summary>
internal sealed class ColumnCollocation
{
    // Residuals this far below what a step may be off by say nothing about the difference of two rules.
    private const double Residual = 0.05;

    // Two rules that differ by so much are far from agreeing.
    private const double Hopeless = 0.1;

    private readonly ColumnState _state;
    private readonly ColumnKrylov _krylov;
    private readonly MatrixView _start, _product, _trainBefore, _testBefore;
    private MatrixView _stages, _stagesBefore;

    public ColumnCollocation(ColumnState state)
    {
        _state = state;
        int n = state.X.Rows, columns = state.X.Columns, all = columns * ColumnNodes.Levels.Max(l => l.Count);
        _krylov = new ColumnKrylov(state.System, n, all);
        (_start, _product, _stages, _stagesBefore) = (Buffers.Zero(n, all), Buffers.Zero(n, all), Buffers.Zero(n, all), Buffers.Zero(n, all));
        (_trainBefore, _testBefore) = (Buffers.Zero(n, columns), Buffers.Zero(state.Test.Rows, columns));
    }

    /// <summary>Tries a step; the columns stay where they are.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="from">Where it begins, as a share of the interval.</param>
    /// <param name="share">Its length, as a share of the interval.</param>
    /// <param name="allowed">Allowed relative error.</param>
    /// <param name="order">Receives the power of the step's length by which its error falls.</param>
    /// <returns>The estimated relative error; infinite where the equations were not solved.</returns>
    public double Try(int interval, double from, double share, double allowed, out int order)
    {
        double error = double.PositiveInfinity;
        order = 1;
        var system = _state.System;
        for (int level = 0; level < ColumnNodes.Levels.Count; level++)
        {
            var nodes = ColumnNodes.Levels[level];
            int q = nodes.Count;
            system.Place(interval, from, share, nodes);
            Guess(level, nodes);
            MatrixView start = Used(_start, q), stages = Used(_stages, q), product = Used(_product, q);
            foreach (var model in _state.Models)
                for (int i = 0; i < q; i++) model.Of(_state.X).CopyTo(model.At(_start, q, i));
            if (!_krylov.Solve(start, stages, Residual * allowed * SmallestEnd(level))) return double.PositiveInfinity;
            _state.Train.CopyTo(_trainBefore);
            _state.Test.CopyTo(_testBefore);
            foreach (var model in _state.Models) model.NextRule();
            system.ApplyKernel(stages, product);
            system.SumTrain(product, _state.Train);
            _state.Test.Fill(0);
            system.AddTest(stages, _state.Test);
            system.SumGramians(stages, product);
            foreach (var m in _state.Models)
            {
                var end = m.At(stages, q, q - 1);
                m.Found = new OperatorNorms(MatrixNorms.Distance(end, m.Of(_state.Next)), MatrixNorms.Distance(m.Increment, m.IncrementBefore),
                    MatrixNorms.Distance(m.Of(_state.Train), m.Of(_trainBefore)), MatrixNorms.Distance(m.Of(_state.Test), m.Of(_testBefore)));
                end.CopyTo(m.Of(_state.Next));
            }
            if (level > 0)
            {
                error = _state.LargestRelative();
                order = 2 * ColumnNodes.Levels[level - 1].Count;
                if (!double.IsFinite(error) || error <= allowed || (level > 1 && error > Hopeless)) return error;
            }
            (_stages, _stagesBefore) = (_stagesBefore, _stages);
        }
        return error;
    }

    // At first the columns at the start have to stand for those at the end.
    private double SmallestEnd(int level)
    {
        double least = double.PositiveInfinity;
        foreach (var m in _state.Models) least = Math.Min(least, MatrixNorms.Frobenius(m.Of(level == 0 ? _state.X : _state.Next)));
        return least;
    }

    // The first rule starts from X at every node, the others from the polynomial of the rule before.
    private void Guess(int level, ColumnNodes nodes)
    {
        int q = nodes.Count, before = level == 0 ? 0 : ColumnNodes.Levels[level - 1].Count;
        foreach (var model in _state.Models)
            for (int i = 0; i < q; i++)
                for (int j = 0; j < model.Columns; j++)
                {
                    var target = model.At(_stages, q, i).Column(j);
                    var x = _state.X.Column(model.First + j);
                    if (level == 0) x.CopyTo(target);
                    else VectorRoutines.Scale(nodes.FromBefore[i][0], x, target);
                    for (int k = 0; k < before; k++) VectorRoutines.Axpy(nodes.FromBefore[i][k + 1], model.At(_stagesBefore, before, k).Column(j), target);
                }
    }

    private MatrixView Used(in MatrixView all, int q) => all.ColumnRange(0, _state.X.Columns * q);
}
