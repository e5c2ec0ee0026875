using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>J and Jᵀ of a mixture applied to blocks of vectors, unit by unit of the columns; several at a time where their numbers are in memory.</summary>
internal sealed class UnitProducts
{
    private const int Vectors = 16; // at a time: two vectors of eight numbers
    private const double OperationsPerNumber = 64;
    private const long BetweenBytes = 64L << 20;

    private readonly ProductSource _source;
    private readonly ScratchPool _scratch;
    private readonly int[] _offsets;
    private double[][] _weighted = [];
    private double[] _x = [], _v = [], _train = [], _test = [];
    private (int Unit, int Tile)[] _tiles = [];

    public UnitProducts(ProductSource source)
    {
        _source = source;
        Units = source.Units();
        _scratch = new ScratchPool(source.Account);
        _offsets = new int[Units.Length];
    }

    public ProductUnit[] Units { get; }

    /// <summary>The tensors that products of some checkpoints read.</summary>
    public IReadOnlySet<TensorSource> Wanted(IReadOnlyList<int> checkpoints) => new HashSet<TensorSource>(
        checkpoints.SelectMany(a => Units.SelectMany(u => u.Tensors(a, false).Concat(_source.Run.TestSize > 0 ? u.Tensors(a, true) : []))),
        ReferenceEqualityComparer.Instance);

    /// <summary>J_S(J_·ᵀx) and J_Q(J_·ᵀx), those of them that have a place to go to.</summary>
    public void Apply(Mixture mixture, bool fromTest, in MatrixView x, in MatrixView train, in MatrixView test)
    {
        for (int first = 0; first < x.Columns;)
        {
            var (count, vectors) = Group(x.Columns - first);
            Apply(mixture, mixture, fromTest, first, count, vectors, x, train, test);
            first += count;
        }
    }

    /// <summary>The same for vectors with weights of their own, one set for Jᵀ and one for J: w_a of checkpoint a for every vector.</summary>
    public void Apply(IReadOnlyList<int> checkpoints, double[][] from, double[][] to, IReadOnlySet<TensorSource> wanted, bool fromTest, in MatrixView x,
        in MatrixView train, in MatrixView test)
    {
        for (int first = 0; first < x.Columns;)
        {
            var (count, vectors) = Group(x.Columns - first);
            var collected = Mixture.Of(checkpoints, from, wanted, first, count, vectors);
            var spread = from == to ? collected : Mixture.Of(checkpoints, to, wanted, first, count, vectors);
            Apply(collected, spread, fromTest, first, count, vectors, x, train, test);
            first += count;
        }
    }

    private void Apply(Mixture from, Mixture to, bool fromTest, int first, int count, int vectors, in MatrixView x, in MatrixView train, in MatrixView test)
    {
        Interleave(x.ColumnRange(first, count), vectors);
        if (train.Rows > 0) Clear(ref _train, train.Rows, vectors);
        if (test.Rows > 0) Clear(ref _test, test.Rows, vectors);
        if (from.Checkpoints.Length > 0 && to.Checkpoints.Length > 0)
        {
            Weigh(from, x.Rows * vectors, vectors);
            for (int unit = 0; unit < Units.Length;)
            {
                int end = Gather(from, fromTest, unit, vectors);
                CollectAll(from, fromTest, unit, end, vectors);
                // What lies in memory of the same outputs first.
                if (fromTest && test.Rows > 0) SpreadAll(to, true, unit, end, vectors, _test);
                if (train.Rows > 0) SpreadAll(to, false, unit, end, vectors, _train);
                if (!fromTest && test.Rows > 0) SpreadAll(to, true, unit, end, vectors, _test);
                unit = end;
            }
        }
        if (train.Rows > 0) Separate(_train, vectors, train.ColumnRange(first, count));
        if (test.Rows > 0) Separate(_test, vectors, test.ColumnRange(first, count));
    }

    // x as it is, or x with the weights of every checkpoint.
    private void Weigh(Mixture mixture, int length, int vectors)
    {
        if (mixture.Lanes is not { } lanes)
        {
            _weighted = [_x];
            return;
        }
        if (_weighted.Length != lanes.Length || _weighted[0] == _x) _weighted = [.. lanes.Select(_ => Array.Empty<double>())];
        for (int a = 0; a < lanes.Length; a++)
        {
            Grow(ref _weighted[a], length / vectors, vectors);
            for (int i = 0; i < length; i += vectors) VectorRoutines.Multiply(lanes[a], _x.AsSpan(i, vectors), _weighted[a].AsSpan(i, vectors));
        }
    }

    /// <summary>v ← Jᵀx.</summary>
    public void Collect(Mixture mixture, bool fromTest, in MatrixView x, in MatrixView v)
    {
        for (int first = 0; first < x.Columns;)
        {
            var (count, vectors) = Group(x.Columns - first);
            Interleave(x.ColumnRange(first, count), vectors);
            Weigh(mixture, x.Rows * vectors, vectors);
            for (int unit = 0; unit < Units.Length;)
            {
                int end = Gather(mixture, fromTest, unit, vectors);
                CollectAll(mixture, fromTest, unit, end, vectors);
                for (int u = unit; u < end; u++) Units[u].Exchange(vectors, _v, _offsets[u], v.ColumnRange(first, count), back: false);
                unit = end;
            }
            first += count;
        }
    }

    /// <summary>y ← Jv.</summary>
    public void Spread(Mixture mixture, bool toTest, in MatrixView v, in MatrixView y)
    {
        for (int first = 0; first < y.Columns;)
        {
            var (count, vectors) = Group(y.Columns - first);
            Clear(ref _train, y.Rows, vectors);
            for (int unit = 0; unit < Units.Length;)
            {
                int end = Gather(mixture, toTest, unit, vectors);
                for (int u = unit; u < end; u++) Units[u].Exchange(vectors, _v, _offsets[u], v.ColumnRange(first, count), back: true);
                SpreadAll(mixture, toTest, unit, end, vectors, _train);
                unit = end;
            }
            Separate(_train, vectors, y.ColumnRange(first, count));
            first += count;
        }
    }

    // So many of the vectors that are left, in a block of so many: one goes alone, others fill up a multiple of the lanes with zeros.
    private static (int Count, int Vectors) Group(int left)
    {
        if (left >= Vectors) return (Vectors, Vectors);
        if (left == 1) return (1, 1);
        return (left, (left + InterleavedProducts.Lanes - 1) / InterleavedProducts.Lanes * InterleavedProducts.Lanes);
    }

    // Units from one on whose numbers are in memory together, at least one.
    private int Gather(Mixture mixture, bool test, int first, int vectors)
    {
        int end = first;
        long numbers = 0;
        while (end < Units.Length)
        {
            long next = (long)Units[end].Columns * vectors;
            if (end > first && (numbers + next) * sizeof(double) > BetweenBytes) break;
            Units[end].Bind(test, mixture, 0);
            if (end > first && !Units[end].IsKept) break;
            _offsets[end] = (int)numbers;
            numbers += next;
            if (!Units[end++].IsKept) break;
        }
        Clear(ref _v, (int)(numbers / vectors), vectors);
        return end;
    }

    private void CollectAll(Mixture mixture, bool test, int first, int end, int vectors)
    {
        int tiles = 0;
        for (int u = first; u < end; u++) tiles += Units[u].Tiles(vectors);
        if (_tiles.Length < tiles) _tiles = new (int, int)[tiles];
        tiles = 0;
        for (int u = first; u < end; u++)
            for (int t = 0; t < Units[u].Tiles(vectors); t++) _tiles[tiles++] = (u, t);
        int rows = test ? _source.Run.TestSize : _source.Run.TrainSize;
        for (int chunk = 0; BindAll(mixture, test, first, end, chunk, vectors); chunk++)
            SharedColumns.Run(_source.Backend.Spare, tiles, Work(first, end, rows, vectors), new CollectWork(this, vectors));
    }

    // Of units that were in memory together for other outputs, these outputs need not be.
    private void SpreadAll(Mixture mixture, bool test, int first, int end, int vectors, double[] y)
    {
        for (int unit = first; unit < end;)
        {
            int next = unit + 1;
            Units[unit].Bind(test, mixture, 0);
            while (next < end && Units[unit].IsKept && Units[next].Bind(test, mixture, 0) && Units[next].IsKept) next++;
            SpreadTogether(mixture, test, unit, next, vectors, y);
            unit = next;
        }
    }

    private void SpreadTogether(Mixture mixture, bool test, int first, int end, int vectors, double[] y)
    {
        int rows = test ? _source.Run.TestSize : _source.Run.TrainSize;
        // A chunk may have few examples of many positions each.
        int each = Units[first].IsKept ? ProductUnit.PieceExamples : Units[first].Granule;
        for (int chunk = 0; BindAll(mixture, test, first, end, chunk, vectors); chunk++)
        {
            var (from, count) = Units[first].Bound;
            int pieces = (count + each - 1) / each;
            SharedColumns.Run(_source.Backend.Spare, pieces, Work(first, end, rows, vectors),
                new SpreadWork(this, first, end, from, count, each, vectors, y));
        }
    }

    // What a product of these units is worth in numbers that are passed over, of each of which so many operations take the time. From factors a product takes
    // fewer than rows × columns, by the number of outputs, and it still is long enough to be shared where this says so.
    private double Work(int first, int end, int rows, int vectors)
    {
        double columns = 0;
        for (int u = first; u < end; u++) columns += Units[u].Columns;
        return rows * columns * vectors / OperationsPerNumber;
    }

    private bool BindAll(Mixture mixture, bool test, int first, int end, int chunk, int vectors)
    {
        if (chunk > 0 && Units[first].IsKept) return false;
        for (int u = first; u < end; u++)
            if (!Units[u].Bind(test, mixture, chunk)) return false;
        for (int u = first; u < end; u++) Units[u].Prepare(vectors);
        return true;
    }

    private void Interleave(in MatrixView x, int vectors)
    {
        Grow(ref _x, x.Rows, vectors);
        if (x.Columns < vectors) Array.Clear(_x, 0, x.Rows * vectors);
        x.CopyTransposedTo(new MatrixView(_x, 0, x.Columns, x.Rows, vectors));
    }

    private static void Separate(double[] values, int vectors, in MatrixView y) =>
        new MatrixView(values, 0, y.Columns, y.Rows, vectors).CopyTransposedTo(y);

    private void Clear(ref double[] buffer, int rows, int vectors)
    {
        Grow(ref buffer, rows, vectors);
        Array.Clear(buffer, 0, rows * vectors);
    }

    private void Grow(ref double[] buffer, int rows, int vectors)
    {
        int length = ArraySize.Of(rows, vectors);
        if (buffer.Length >= length) return;
        _source.Account.Take(sizeof(double) * (long)(length - buffer.Length));
        buffer = new double[length];
    }

    private readonly struct CollectWork(UnitProducts products, int vectors) : IColumnWork
    {
        public void Run(int first, int last)
        {
            var scratch = products._scratch.Take();
            for (int i = first; i < last; i++)
            {
                var (unit, tile) = products._tiles[i];
                products.Units[unit].Collect(tile, vectors, products._weighted, products._v, products._offsets[unit], scratch);
            }
            products._scratch.Return(scratch);
        }
    }

    private readonly struct SpreadWork(UnitProducts products, int firstUnit, int endUnit, int from, int count, int each, int vectors, double[] y) : IColumnWork
    {
        public void Run(int first, int last)
        {
            var scratch = products._scratch.Take();
            for (int piece = first; piece < last; piece++)
                for (int u = firstUnit; u < endUnit; u++)
                    products.Units[u].Spread(from + piece * each, Math.Min(each, count - piece * each), vectors, products._v, products._offsets[u], y, scratch);
            products._scratch.Return(scratch);
        }
    }
}
