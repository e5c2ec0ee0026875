using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>v ↦ W_S v = Σ ω_i Y_iᵀ K_SS(τ_i) Y_i v: a forward sweep that leaves ω_i K_SS Y_i v at every node, then the transposed sweep. Symmetric to
/// rounding.</summary>
/// <remarks>
/// Memory: N numbers per node and vector, within <see cref="FlowSweep.MaxBytes"/>: vectors are taken in turns where they do not all fit. Where not even one
/// fits, the states at the beginnings of a few segments are kept and each segment is swept once more when its turn comes.
/// </remarks>
public sealed class SweptGramian : LinearOperator
{
    private readonly FlowSweep _sweep;
    private readonly int _turn;
    private readonly int[] _segments;

    /// <summary>The Gramian of a sweep.</summary>
    /// <param name="sweep">The steps.</param>
    public SweptGramian(FlowSweep sweep) : base(FlowSweep.Given(sweep).Products.TrainSize, sweep.Products.TrainSize, isSymmetric: true)
    {
        _sweep = sweep;
        var states = SweepStates.Of(sweep.Nodes.Count, Rows, sweep.MaxBytes);
        int count = sweep.Steps.Steps.Count, segments = states.Segments;
        _segments = [.. Enumerable.Range(0, segments + 1).Select(i => (int)((long)count * i / segments))];
        _turn = (int)Math.Clamp(sweep.MaxBytes / states.Bytes, 1, Math.Max(1, Rows));
    }

    /// <summary>Number of vectors that are swept together.</summary>
    public int Turn => _turn;

    /// <summary>Sweeps forward per application: 1, or 2 where states are computed again.</summary>
    public int ForwardSweeps => _segments.Length > 2 ? 2 : 1;

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        for (int first = 0; first < x.Columns; first += _turn)
        {
            int count = Math.Min(_turn, x.Columns - first);
            Turned(x.ColumnRange(first, count), y.ColumnRange(first, count));
        }
    }

    private void Turned(in MatrixView x, in MatrixView y)
    {
        int segments = _segments.Length - 1, columns = x.Columns;
        var state = Buffers.Zero(Rows, columns);
        x.CopyTo(state);
        var starts = new MatrixView[segments];
        for (int s = 0; s + 1 < segments; s++)
        {
            starts[s] = Copied(state);
            _sweep.Forward(state, _segments[s], _segments[s + 1], null);
        }
        y.Fill(0);
        var left = new Dictionary<int, MatrixView>();
        var spare = new Stack<MatrixView>();
        for (int s = segments - 1; s >= 0; s--)
        {
            if (s + 1 < segments) starts[s].CopyTo(state);
            _sweep.Forward(state, _segments[s], _segments[s + 1], (int k, in MatrixView node) =>
            {
                if (!spare.TryPop(out var term)) term = Buffers.Zero(Rows, columns);
                _sweep.TrainAt(k, node, term);
                left[k] = term;
            });
            _sweep.Backward(y, _segments[s], _segments[s + 1], (int k, in MatrixView adjoint) =>
            {
                left.Remove(k, out var term);
                SweepRates.Add(1, term, adjoint);
                spare.Push(term);
            });
        }
    }

    private static MatrixView Copied(in MatrixView x)
    {
        var copy = Buffers.Zero(x.Rows, x.Columns);
        x.CopyTo(copy);
        return copy;
    }
}
