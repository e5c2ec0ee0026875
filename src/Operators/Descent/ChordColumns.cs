using System.Numerics.Tensors;
using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Column blocks of J_k and of J̄_k, streamed: at any time one block of each checkpoint that the step involves, nothing kept from step to
/// step.</summary>
/// <remarks>
/// Blocks are transposed: parameters × outputs, train before test. Error estimate of J̄ from Jacobians alone: with midpoints the difference between Simpson's
/// rule and the trapezium, which the integrator scales; with the trapezium η²/12 times the second divided difference of J over three neighbouring
/// checkpoints, along the path instead of
/// the chord (size only).
/// </remarks>
public sealed class ChordColumns
{
    private readonly CheckpointSequence _checkpoints;
    private readonly bool _midpoints;
    private readonly int _n, _rows;
    private readonly double[] _start, _next, _third;
    private double[] _preconditioner = [];
    private int _count, _first, _step, _preconditionerStep = -1;
    private bool _thirdLoaded, _hasPreconditioner;
    private double _weightStart, _weightNext, _weightThird;

    /// <summary>Makes buffers for one block of each of three Jacobians.</summary>
    /// <param name="checkpoints">Every step recorded, with Jacobians.</param>
    /// <param name="midpoints">Whether J̄ is formed by Simpson's rule from recorded midpoints.</param>
    /// <exception cref="InvalidOperationException">The run holds kernel blocks.</exception>
    public ChordColumns(CheckpointSequence checkpoints, bool midpoints)
    {
        _checkpoints = checkpoints;
        _midpoints = midpoints;
        _n = checkpoints.TrainSize;
        _rows = _n + checkpoints.TestSize;
        Columns = checkpoints.Parameters ?? throw new InvalidOperationException("The checkpoints hold kernel blocks, not Jacobians.");
        // 4 MB a block keeps the products at full speed and the memory small.
        Width = (int)Math.Min(Columns, Math.Max(64, (4 << 20) / (8L * _rows)));
        long elements = (long)Width * _rows;
        if (elements > Array.MaxLength) throw new ArgumentException($"{_rows} outputs are too many for a block of {Width} parameters.");
        (_start, _next, _third) = (new double[elements], new double[elements], new double[elements]);
    }

    /// <summary>D, the number of parameters.</summary>
    public long Columns { get; }

    /// <summary>Parameters per block; the last may be narrower.</summary>
    public int Width { get; }

    /// <summary>Number of blocks.</summary>
    public int Blocks => (int)((Columns + Width - 1) / Width);

    /// <summary>J_S,kᵀ, block × N.</summary>
    public MatrixView Start => new(_start, _count, _n);

    /// <summary>[J̄_S; J̄_Q]ᵀ, block × (N+M).</summary>
    public MatrixView Average => new(_midpoints ? _third : _next, _count, _rows);

    /// <summary>J̄_Sᵀ, block × N.</summary>
    public MatrixView TrainAverage => Average.ColumnRange(0, _n);

    /// <summary>J̄_Qᵀ, block × M.</summary>
    public MatrixView TestAverage => Average.ColumnRange(_n, _rows - _n);

    /// <summary>Whether an error estimate exists: midpoints, or at least three checkpoints.</summary>
    public bool HasDefect => _midpoints || _checkpoints.Count > 2;

    /// <summary>M of the step's start, the part of this block; empty without one.</summary>
    public ReadOnlySpan<double> Preconditioner => _hasPreconditioner ? _preconditioner.AsSpan(_first, _count) : default;

    /// <summary>Reads block <paramref name="block"/> of step <paramref name="step"/> and averages.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="block">Index of the block.</param>
    /// <param name="defect">Also what <see cref="AddDefect"/> needs.</param>
    /// <param name="scaled">Multiply every Jacobian by √M_k (preconditioned gradient descent).</param>
    public void Load(int step, int block, bool defect, bool scaled)
    {
        long first = (long)block * Width;
        _count = (int)Math.Min(Width, Columns - first);
        _first = (int)Math.Min(first, int.MaxValue);
        _step = step;
        ReadPreconditioner();
        Read(step, TensorName.J_S, TensorName.J_Q, first, _start);
        Read(step + 1, TensorName.J_S, TensorName.J_Q, first, _next);
        _thirdLoaded = _midpoints || (defect && HasDefect);
        if (_midpoints) Read(step, TensorName.J_S_mid, TensorName.J_Q_mid, first, _third);
        else if (_thirdLoaded) Read(Outer(), TensorName.J_S, TensorName.J_Q, first, _third);
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
        if (_thirdLoaded && !_midpoints) SetWeights();
    }

    /// <summary>defect += estimate of the quadrature error of J̄, times y, for this block; its sign means nothing.</summary>
    /// <param name="y">y, the rows of this block.</param>
    /// <param name="defect">Receives the estimate: trapezium − Simpson with midpoints.</param>
    /// <param name="change">With midpoints += (J_{k+1} − J_k)·y.</param>
    public void AddDefect(ReadOnlySpan<double> y, Span<double> defect, Span<double> change)
    {
        if (!_thirdLoaded) return;
        for (int r = 0; r < _rows; r++)
        {
            double a = TensorPrimitives.Dot<double>(Column(_start, r), y), b = TensorPrimitives.Dot<double>(Column(_next, r), y),
                c = TensorPrimitives.Dot<double>(Column(_third, r), y);
            // In the trapezium case b holds the average: J_{k+1} = 2J̄ − J_k.
            defect[r] += _midpoints ? 0.5 * (a + b) - c : _weightStart * a + _weightNext * (2 * b - a) + _weightThird * c;
            if (_midpoints) change[r] += b - a;
        }
    }

    private Span<double> Column(double[] block, int r) => block.AsSpan(r * _count, _count);

    private int Outer() => _step + 2 < _checkpoints.Count ? _step + 2 : _step - 1;

    private void SetWeights()
    {
        double t0 = _checkpoints[_step].Time, t1 = _checkpoints[_step + 1].Time, t2 = _checkpoints[Outer()].Time, factor = (t1 - t0) * (t1 - t0) / 6;
        _weightStart = factor / ((t0 - t1) * (t0 - t2));
        _weightNext = factor / ((t1 - t0) * (t1 - t2));
        _weightThird = factor / ((t2 - t0) * (t2 - t1));
    }

    private void Read(int checkpoint, string train, string test, long first, double[] target)
    {
        var view = new MatrixView(target, _count, _rows);
        _checkpoints[checkpoint][train].ReadTransposed(first, view.ColumnRange(0, _n));
        _checkpoints[checkpoint][test].ReadTransposed(first, view.ColumnRange(_n, _rows - _n));
    }

    private void ReadPreconditioner()
    {
        if (_preconditionerStep == _step) return;
        _preconditionerStep = _step;
        var tensor = _checkpoints[_step].Find(TensorName.Sketch) is null ? _checkpoints[_step].Find(TensorName.Preconditioner) : null;
        _hasPreconditioner = tensor is not null;
        if (tensor is null) return;
        if (_preconditioner.Length == 0) _preconditioner = new double[checked((int)tensor.Count)];
        var m = _preconditioner;
        tensor.Read(0, m);
        int negative = Array.FindIndex(m, v => v < 0);
        if (negative >= 0) throw new InvalidRunException(
            FormattableString.Invariant($"{tensor.Location}: preconditioner: found {m[negative]} at index [{negative}], expected numbers ≥ 0."));
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
                if (_thirdLoaded) _third[at] *= root;
            }
        }
    }
}
