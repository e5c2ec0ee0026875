using System.Numerics.Tensors;
using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Column blocks of J_k and of J̄_k, streamed: at any time one block of each checkpoint that the step involves, nothing kept from step to
/// step.</summary>
/// <remarks>
/// Blocks are transposed: parameters × outputs, train before test. What an error estimate of J̄ needs comes from Jacobians alone: with midpoints the
/// difference between trapezium and Simpson's rule, without them second differences with the checkpoints before and after the step.
/// </remarks>
public sealed class ChordColumns
{
    private readonly CheckpointSequence _checkpoints;
    private readonly bool _midpoints;
    private readonly int _n, _rows;
    private readonly (long First, int Count)[] _pieces;
    private readonly double[] _start, _next, _third, _before;
    private double[] _preconditioner = [];
    private int _count, _step;
    private bool _changes, _hasBefore, _hasAfter, _hasPreconditioner;

    /// <summary>Makes buffers for one block of each of three Jacobians.</summary>
    /// <param name="checkpoints">Every step recorded, with Jacobians.</param>
    /// <param name="midpoints">Whether J̄ is formed by Simpson's rule from recorded midpoints.</param>
    /// <param name="columns">The columns to go through, first and count; null for all.</param>
    /// <exception cref="InvalidOperationException">The run holds kernel blocks.</exception>
    public ChordColumns(CheckpointSequence checkpoints, bool midpoints, IReadOnlyList<(long First, long Count)>? columns = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        _checkpoints = checkpoints;
        _midpoints = midpoints;
        _n = checkpoints.TrainSize;
        _rows = _n + checkpoints.TestSize;
        Columns = checkpoints.Parameters ?? throw new InvalidOperationException("The checkpoints hold kernel blocks, not Jacobians.");
        // 4 MB a block keeps the products at full speed and the memory small.
        columns ??= [(0, Columns)];
        Width = (int)Math.Min(columns.Max(c => (long?)c.Count) ?? 0, Math.Max(64, (4 << 20) / (8L * _rows)));
        _pieces = [.. columns.SelectMany(Pieces)];
        int elements = ArraySize.Of(Width, _rows);
        (_start, _next, _third) = (new double[elements], new double[elements], new double[elements]);
        _before = midpoints ? [] : new double[elements];
    }

    /// <summary>D, the number of parameters.</summary>
    public long Columns { get; }

    /// <summary>Parameters per block; the last may be narrower.</summary>
    public int Width { get; }

    /// <summary>Number of blocks.</summary>
    public int Blocks => _pieces.Length;

    /// <summary>J_S,kᵀ, block × N.</summary>
    public MatrixView Start => new(_start, _count, _n);

    /// <summary>[J̄_S; J̄_Q]ᵀ, block × (N+M).</summary>
    public MatrixView Average => new(_midpoints ? _third : _next, _count, _rows);

    /// <summary>J̄_Sᵀ, block × N.</summary>
    public MatrixView TrainAverage => Average.ColumnRange(0, _n);

    /// <summary>J̄_Qᵀ, block × M.</summary>
    public MatrixView TestAverage => Average.ColumnRange(_n, _rows - _n);

    /// <summary>M of the step's start, the part of this block; empty without one.</summary>
    public ReadOnlySpan<double> Preconditioner => _hasPreconditioner ? _preconditioner.AsSpan(0, _count) : default;

    /// <summary>Reads block <paramref name="block"/> of step <paramref name="step"/> and averages.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="block">Index of the block.</param>
    /// <param name="neighbours">Also what <see cref="AddChanges"/> needs.</param>
    /// <param name="scaled">Multiply every Jacobian by √M_k (preconditioned gradient descent).</param>
    public void Load(int step, int block, bool neighbours, bool scaled)
    {
        (long first, _count) = _pieces[block];
        _step = step;
        ReadPreconditioner(first);
        Read(step, TensorName.J_S, TensorName.J_Q, first, _start);
        Read(step + 1, TensorName.J_S, TensorName.J_Q, first, _next);
        _changes = _midpoints || neighbours;
        _hasBefore = neighbours && !_midpoints && step > 0;
        _hasAfter = neighbours && !_midpoints && step + 2 < _checkpoints.Count;
        if (_midpoints) Read(step, TensorName.J_S_mid, TensorName.J_Q_mid, first, _third);
        if (_hasAfter) Read(step + 2, TensorName.J_S, TensorName.J_Q, first, _third);
        if (_hasBefore) Read(step - 1, TensorName.J_S, TensorName.J_Q, first, _before);
        if (scaled && _hasPreconditioner) Scale();
        for (int r = 0; r < _rows; r++)
        {
            Span<double> a = Column(_start, r), b = Column(_next, r), m = Column(_third, r);
            if (_midpoints)
            {
                TensorPrimitives.MultiplyAdd(m, 4, a, m);
                TensorPrimitives.Add(m, b, m);
                TensorPrimitives.Divide(m, 6, m);
            }
            else
            {
                TensorPrimitives.Add(a, b, b);
                TensorPrimitives.Multiply(b, 0.5, b);
            }
        }
    }

    /// <summary>changes += what this block of parameters contributes.</summary>
    /// <param name="y">y, the rows of this block.</param>
    /// <param name="changes">How J moves along the step, applied to y; cleared before the first block.</param>
    public void AddChanges(ReadOnlySpan<double> y, StepChanges changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (!_changes) return;
        (changes.IsKnown, changes.HasBackward, changes.HasForward) = (true, _hasBefore, _hasAfter);
        changes.SquaredLength += TensorPrimitives.Dot(y, y);
        for (int r = 0; r < _rows; r++)
        {
            double a = TensorPrimitives.Dot<double>(Column(_start, r), y), b = TensorPrimitives.Dot<double>(Column(_next, r), y);
            // In the trapezium case b holds the average: J_{k+1} = 2J̄ − J_k.
            if (!_midpoints) b = 2 * b - a;
            double? third = _midpoints || _hasAfter ? TensorPrimitives.Dot<double>(Column(_third, r), y) : null;
            changes.Add(r, a, b, _midpoints ? third : null, _hasBefore ? TensorPrimitives.Dot<double>(Column(_before, r), y) : null, _hasAfter ? third : null);
        }
    }

    private IEnumerable<(long First, int Count)> Pieces((long First, long Count) range)
    {
        for (long done = 0; done < range.Count; done += Width) yield return (range.First + done, (int)Math.Min(Width, range.Count - done));
    }

    private Span<double> Column(double[] block, int r) => block.AsSpan(r * _count, _count);

    private void Read(int checkpoint, string train, string test, long first, double[] target)
    {
        var view = new MatrixView(target, _count, _rows);
        _checkpoints[checkpoint][train].ReadTransposed(first, view.ColumnRange(0, _n));
        _checkpoints[checkpoint][test].ReadTransposed(first, view.ColumnRange(_n, _rows - _n));
    }

    private void ReadPreconditioner(long first)
    {
        var tensor = _checkpoints[_step].Find(TensorName.Sketch) is null ? _checkpoints[_step].Find(TensorName.Preconditioner) : null;
        _hasPreconditioner = tensor is not null;
        if (tensor is null) return;
        if (_preconditioner.Length == 0) _preconditioner = new double[Width];
        Operators.Preconditioner.Read(tensor, first, _preconditioner.AsSpan(0, _count));
    }

    private void Scale()
    {
        var m = Preconditioner;
        for (int i = 0; i < m.Length; i++)
        {
            double root = Math.Sqrt(m[i]);
            for (int r = 0, at = i; r < _rows; r++, at += _count)
            {
                _start[at] *= root;
                _next[at] *= root;
                if (_midpoints || _hasAfter) _third[at] *= root;
                if (_hasBefore) _before[at] *= root;
            }
        }
    }
}
