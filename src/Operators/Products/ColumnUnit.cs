using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Some columns of J from numbers recorded as such: of a Jacobian, or of a layer that is no product.</summary>
/// <remarks>Checkpoints are combined before the product, in pieces that stay in the second-level cache: 4c flops for each number of J(θ), and two for each
/// number that is read.</remarks>
internal sealed class ColumnUnit : ProductUnit
{
    private const int TileColumns = NumberShelf.TileColumns;
    private const int RowsTogether = 64;

    private readonly CheckpointSequence _run;
    private readonly Func<int, bool, TensorSource> _tensor;
    private readonly NumberShelf _shelf;
    private readonly long _firstOfTensor, _firstColumn;
    private readonly bool _preconditioned;
    private readonly Dictionary<int, double[]> _roots = [];
    private readonly StreamRoom _room;
    private Numbers[] _numbers = [];
    private double[][] _rootsOf = [];
    private Mixture? _mixture;
    private bool _test, _isKept;

    /// <param name="run">The run.</param>
    /// <param name="tensor">The tensor of a checkpoint; true for that of the test outputs.</param>
    /// <param name="firstOfTensor">The first column in the tensor.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="firstColumn">The first column of J.</param>
    /// <param name="shelf">Keeps numbers.</param>
    /// <param name="room">Where numbers lie that are not kept.</param>
    public ColumnUnit(CheckpointSequence run, Func<int, bool, TensorSource> tensor, long firstOfTensor, int columns, long firstColumn, NumberShelf shelf,
        StreamRoom room)
    {
        (_run, _tensor, _firstOfTensor, Columns, _firstColumn, _shelf, _room) = (run, tensor, firstOfTensor, columns, firstColumn, shelf, room);
        _preconditioned = run.Any(c => c.Find(TensorName.Preconditioner) is not null && c.Find(TensorName.Sketch) is null);
    }

    /// <summary>How many columns to take into one unit: whole tiles, so that no ceiling changes the order of a sum.</summary>
    public static int Width(CheckpointSequence run, MemoryCeiling ceiling)
    {
        long numbers = Math.Clamp(ceiling.Bytes / 64, 1 << 21, 1 << 24);
        return TileColumns * (int)Math.Max(1, numbers / Math.Max(1, Math.Max(run.TrainSize, run.TestSize)) / TileColumns);
    }

    public override int Columns { get; }

    public override (int First, int Count) Bound => (0, _test ? _run.Test : _run.Train);

    public override int Granule => PieceExamples;

    public override bool IsKept => _isKept;

    public override int Tiles(int vectors) => (Columns + TileColumns - 1) / TileColumns;

    public override IEnumerable<TensorSource> Tensors(int checkpoint, bool test) => [_tensor(checkpoint, test)];

    public override bool Bind(bool test, Mixture mixture, int chunk)
    {
        if (chunk > 0) return false;
        if (_test == test && _mixture == mixture && (_isKept || _room.Owner == this)) return true;
        _mixture = null;
        int count = mixture.Checkpoints.Length, used = 0;
        if (_numbers.Length != count) (_numbers, _rootsOf) = (new Numbers[count], new double[count][]);
        long rows = test ? _run.TestSize : _run.TrainSize;
        _isKept = true;
        for (int i = 0; i < count; i++)
        {
            var part = new TensorPart(_tensor(mixture.Checkpoints[i], test), _firstOfTensor, Columns);
            _numbers[i] = _shelf.Find(part, rows, mixture.Wanted);
            if (!_numbers[i].IsThere)
            {
                _isKept = false;
                _room.Owner = this;
                _numbers[i] = _room.Take(used++, Numbers.AreSingles(part.Tensor), ArraySize.Of(rows, Columns), 0);
                NumberShelf.Read(part, rows, 0, 0, _numbers[i]);
            }
            if (_preconditioned) _rootsOf[i] = Roots(mixture.Checkpoints[i]);
        }
        (_test, _mixture) = (test, mixture);
        return true;
    }

    public override void Collect(int tile, int vectors, double[][] x, double[] v, int offset, ProductScratch scratch)
    {
        int from = tile * TileColumns, width = Math.Min(TileColumns, Columns - from), rows = Bound.Count * _run.Outputs;
        var target = v.AsSpan(offset + from * vectors, width * vectors);
        for (int r = 0; r < rows; r += RowsTogether)
        {
            int count = Math.Min(RowsTogether, rows - r);
            for (int term = 0; term < Summands; term++)
            {
                var b = Block(term, r, count, from, width, scratch);
                InterleavedProducts.Multiply(vectors, x[term].AsSpan(r * vectors, count * vectors), count, b, width, 1, width, target, add: true);
            }
        }
    }

    public override void Spread(int first, int count, int vectors, double[] v, int offset, double[] y, ProductScratch scratch)
    {
        int p = _run.Outputs, end = (first + count) * p;
        for (int from = 0; from < Columns; from += TileColumns)
        {
            int width = Math.Min(TileColumns, Columns - from);
            for (int r = first * p; r < end; r += RowsTogether)
            {
                int rows = Math.Min(RowsTogether, end - r);
                var target = y.AsSpan(r * vectors, rows * vectors);
                var source = v.AsSpan(offset + from * vectors, width * vectors);
                for (int term = 0; term < Summands; term++)
                {
                    var b = Block(term, r, rows, from, width, scratch);
                    if (_mixture!.Lanes is not { } lanes)
                    {
                        InterleavedProducts.Multiply(vectors, source, width, b, 1, width, rows, target, add: true);
                        continue;
                    }
                    var sum = scratch.Lanes(RowsTogether * vectors).AsSpan(0, rows * vectors);
                    InterleavedProducts.Multiply(vectors, source, width, b, 1, width, rows, sum, add: false);
                    InterleavedProducts.AddWeighted(lanes[term], sum, target);
                }
            }
        }
    }

    public override void Exchange(int vectors, double[] v, int offset, in MatrixView parameters, bool back)
    {
        for (int j = 0; j < vectors; j++)
        {
            // A vector that only fills up is 0.
            var column = j < parameters.Columns ? parameters.Column(j).Slice((int)_firstColumn, Columns) : default;
            if (column.IsEmpty && !back) return;
            for (int d = 0, at = offset + j; d < Columns; d++, at += vectors)
            {
                if (!back) column[d] = v[at];
                else v[at] = column.IsEmpty ? 0 : column[d];
            }
        }
    }

    public override double SquaredNorm(ProductScratch scratch)
    {
        double sum = 0;
        int rows = Bound.Count * _run.Outputs;
        for (int from = 0; from < Columns; from += TileColumns)
        {
            int width = Math.Min(TileColumns, Columns - from);
            for (int r = 0; r < rows; r += RowsTogether)
            {
                var b = Block(0, r, Math.Min(RowsTogether, rows - r), from, width, scratch);
                sum += VectorRoutines.Dot(b, b);
            }
        }
        return sum;
    }

    public override double Flops(long examples, int[] checkpoints, bool test) =>
        (double)examples * _run.Outputs * Columns * 2;

    // What a product is taken with one after the other: the weighted sum, or each checkpoint where vectors have weights of their own.
    private int Summands => _mixture!.Lanes is null ? 1 : _numbers.Length;

    // Σ_a weight_a J_a M_a^½ of some rows and columns, row-major; of one checkpoint alone where vectors have weights of their own.
    private ReadOnlySpan<double> Block(int term, int row, int rows, int from, int width, ProductScratch scratch)
    {
        var (start, end) = _mixture!.Lanes is null ? (0, _numbers.Length) : (term, term + 1);
        ReadOnlySpan<double> weights = _mixture.Lanes is null ? _mixture.Weights : [1];
        long at = (long)from * Bound.Count * _run.Outputs + (long)row * width;
        var target = scratch.Deltas(2 * RowsTogether * TileColumns).AsSpan(0, rows * width);
        if (!_preconditioned)
        {
            Numbers.CombineRows(weights, _numbers.AsSpan(start, end - start), at, rows, width, width, target);
            return target;
        }
        var scaled = scratch.Deltas(0).AsSpan(RowsTogether * TileColumns, width);
        target.Clear();
        for (int a = start; a < end; a++)
            for (int r = 0; r < rows; r++)
            {
                _numbers[a].Scale(weights[a - start], at + (long)r * width, scaled);
                VectorRoutines.Multiply(scaled, _rootsOf[a].AsSpan(from, width), scaled);
                VectorRoutines.Axpy(1, scaled, target.Slice(r * width, width));
            }
        return target;
    }

    private double[] Roots(int checkpoint)
    {
        if (_roots.TryGetValue(checkpoint, out double[]? roots)) return roots;
        roots = new double[Columns];
        _shelf.Account.Take(sizeof(double) * (long)Columns);
        if (_run[checkpoint].Find(TensorName.Preconditioner) is { } tensor && _run[checkpoint].Find(TensorName.Sketch) is null)
        {
            Preconditioner.Read(tensor, _firstColumn, roots);
            for (int i = 0; i < roots.Length; i++) roots[i] = Math.Sqrt(roots[i]);
        }
        else roots.AsSpan().Fill(1);
        return _roots[checkpoint] = roots;
    }
}
