using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Some outputs of one layer, from its Jacobian factors: no row of J is formed.</summary>
/// <remarks>
/// Jᵀx is Σ_it e_it ⊗ (a_it, 1) with e_it = Σ_c x_ic δ_ict, and (Jv)_ic = Σ_t δ_ictᵀ V (a_it, 1): for c vectors one product of matrices for each tile of
/// outputs and piece of examples, (c·outputs) × inputs × examples, and 1/inputs · p as much beside it, in which the Δ are combined with the vectors.
/// Checkpoints whose inputs are the same, as those of the first layer are, are combined before that product: Σ_a weight_a Δ_a stands for all of them.
/// </remarks>
internal sealed class FactorUnit : ProductUnit
{
    private const int TileRows = 256; // c·outputs of a tile: what lies between stays in the second-level cache
    private const int LeastWidth = 8, LargestWidth = 64; // outputs of a tile
    private const int RowsTogether = 128; // examples × positions of a product

    private readonly CheckpointSequence _run;
    private readonly NumberShelf _shelf;
    private readonly Backend _backend;
    private readonly InputIdentity _identity;
    private readonly JacobianLayer _layer;
    private readonly int _index, _p, _T, _k, _height, _q, _first, _outputs;
    private readonly long _chunkBytes, _firstColumn, _firstBias;
    private readonly StreamRoom _room;
    private readonly FactorTerms _terms = new();
    private readonly CombinedDeltas _combinedTrain, _combinedTest;
    private CombinedDeltas? _combined;
    private (bool Test, Mixture? Mixture, int Chunk) _bound;
    private int _firstExample, _examples;

    public FactorUnit(CheckpointSequence run, int layer, int first, int outputs, long firstColumn, InputIdentity identity, NumberShelf shelf, StreamRoom room,
        Backend backend, long chunkBytes)
    {
        (_run, _index, _first, _outputs, _identity) = (run, layer, first, outputs, identity);
        (_shelf, _room, _backend, _chunkBytes) = (shelf, room, backend, chunkBytes);
        _layer = Factors(0, false).Layer;
        (_p, _T, _k, _q) = (run.Outputs, (int)_layer.Positions, (int)_layer.Inputs, (int)_layer.Outputs);
        _height = _k + (_layer.HasBias ? 1 : 0);
        (_firstColumn, _firstBias) = (firstColumn, firstColumn + _layer.WeightColumns);
        (_combinedTrain, _combinedTest) = (new CombinedDeltas(shelf.Account), new CombinedDeltas(shelf.Account));
        Granule = 1;
        while (Granule * 2 * _T <= RowsTogether) Granule *= 2;
    }

    public override int Columns => _height * _outputs;

    public override (int First, int Count) Bound => (_firstExample, _examples);

    public override int Granule { get; }

    public override bool IsKept => _terms.AreKept;

    private int Width(int vectors) => Math.Min(_outputs, Math.Clamp(TileRows / vectors, LeastWidth, LargestWidth));

    public override int Tiles(int vectors) => (_outputs + Width(vectors) - 1) / Width(vectors);

    public override IEnumerable<TensorSource> Tensors(int checkpoint, bool test) =>
        [Factors(_identity.Of(checkpoint, test), test).Inputs!, Factors(checkpoint, test).Deltas!];

    public override bool Bind(bool test, Mixture mixture, int chunk)
    {
        if (_bound == (test, mixture, chunk) && (_terms.AreKept || _room.Owner == this)) return true;
        int examples = test ? _run.Test : _run.Train;
        if (_bound.Test != test || _bound.Mixture != mixture)
        {
            (_bound, _combined) = (default, null);
            _terms.Arrange(mixture, a => _identity.Of(a, test));
            for (int i = 0; i < _terms.Count; i++) _terms.Deltas[i] = _shelf.Find(new(Factors(_terms.Checkpoints[i], test).Deltas!, 0, 0), 1, mixture.Wanted);
            for (int g = 0; g < _terms.Groups; g++) _terms.Inputs[g] = _shelf.Find(new(Factors(_terms.InputsOf[g], test).Inputs!, 0, 0), 1, mixture.Wanted);
            _terms.FindMissing();
        }
        int together = examples;
        if (!_terms.AreKept)
        {
            long each = sizeof(double) * _terms.MissingPerExample((long)_T * _k, (long)_p * _T * _q);
            together = (int)Math.Clamp(_chunkBytes / each / Granule * Granule, Granule, Math.Max(Granule, examples));
        }
        if (chunk > 0 && (long)chunk * together >= examples) return false;
        (_firstExample, _examples) = (chunk * together, Math.Min(together, examples - chunk * together));
        _bound = default;
        if (!_terms.AreKept) ReadMissing(test);
        _bound = (test, mixture, chunk);
        return true;
    }

    public override void Prepare(int vectors)
    {
        _combined = null;
        if (!_terms.AreKept || _terms.Lanes is not null) return;
        var combined = _bound.Test ? _combinedTest : _combinedTrain;
        if (combined.Make(_terms, _examples, _p * _T, _q, _first, _outputs, Width(vectors), _backend.Spare)) _combined = combined;
    }

    public override void Collect(int tile, int vectors, double[][] x, double[] v, int offset, ProductScratch scratch)
    {
        int width = Width(vectors), from = tile * width, here = Math.Min(width, _outputs - from), rows = vectors * here;
        var target = new MatrixView(v, offset + from * vectors * _height, rows, _height, rows);
        for (int first = _firstExample; first < _firstExample + _examples; first += Granule)
        {
            int count = Math.Min(Granule, _firstExample + _examples - first);
            var between = new MatrixView(scratch.Between(RowsTogetherAt(rows)), rows, count * _T);
            for (int g = 0; g < _terms.Groups; g++)
            {
                var inputs = Inputs(g, first, count, scratch);
                for (int i = 0; i < count; i++)
                {
                    var (start, end) = Summands(g);
                    for (int term = start; term < end; term++)
                    {
                        var deltas = Deltas(g, term, first + i, _first + from, here, scratch);
                        var vector = x[_terms.Lanes is null ? 0 : _terms.Sources[term]].AsSpan((first + i) * _p * vectors, _p * vectors);
                        for (int t = 0; t < _T; t++)
                            InterleavedProducts.Multiply(vectors, vector, _p, deltas[(t * here)..], _T * here, 1, here, between.Column(i * _T + t),
                                add: term > start);
                    }
                }
                _backend.Gemm(Op.None, Op.Transpose, 1, between, inputs, 1, target);
            }
        }
    }

    public override void Spread(int first, int count, int vectors, double[] v, int offset, double[] y, ProductScratch scratch)
    {
        int width = Width(vectors), tiles = Tiles(vectors);
        for (int done = 0; done < count; done += Granule)
        {
            int start = first + done, here = Math.Min(Granule, count - done);
            for (int g = 0; g < _terms.Groups; g++)
            {
                var inputs = Inputs(g, start, here, scratch);
                for (int tile = 0; tile < tiles; tile++)
                {
                    int from = tile * width, outputs = Math.Min(width, _outputs - from), rows = vectors * outputs;
                    var between = new MatrixView(scratch.Between(RowsTogetherAt(rows)), rows, here * _T);
                    _backend.Gemm(Op.None, Op.None, 1, new MatrixView(v, offset + from * vectors * _height, rows, _height, rows), inputs, 0, between);
                    for (int i = 0; i < here; i++)
                    {
                        var target = y.AsSpan((start + i) * _p * vectors, _p * vectors);
                        var (begin, end) = Summands(g);
                        for (int term = begin; term < end; term++)
                        {
                            var deltas = Deltas(g, term, start + i, _first + from, outputs, scratch);
                            var sum = _terms.Lanes is null ? target : scratch.Lanes(_p * vectors).AsSpan(0, _p * vectors);
                            for (int t = 0; t < _T; t++)
                                InterleavedProducts.Multiply(vectors, between.Column(i * _T + t), outputs, deltas[(t * outputs)..], 1, _T * outputs, _p,
                                    sum, add: _terms.Lanes is null || t > 0);
                            if (_terms.Lanes is { } lanes) InterleavedProducts.AddWeighted(lanes[_terms.Sources[term]], sum, target);
                        }
                    }
                }
            }
        }
    }

    public override void Exchange(int vectors, double[] v, int offset, in MatrixView parameters, bool back)
    {
        int width = Width(vectors);
        for (int j = 0; j < vectors; j++)
        {
            // A vector that only fills up is 0.
            var column = j < parameters.Columns ? parameters.Column(j) : default;
            if (column.IsEmpty && !back) return;
            for (int o = 0; o < _outputs; o++)
            {
                int from = o / width * width, rows = vectors * Math.Min(width, _outputs - from);
                int at = offset + from * vectors * _height + (o - from) * vectors + j;
                int weights = (int)(_firstColumn + (long)(_first + o) * _k), bias = (int)(_firstBias + _first + o);
                for (int i = 0; i < _height; i++, at += rows)
                {
                    int row = i < _k ? weights + i : bias;
                    if (!back) column[row] = v[at];
                    else v[at] = column.IsEmpty ? 0 : column[row];
                }
            }
        }
    }

    public override double SquaredNorm(ProductScratch scratch)
    {
        _combined = null; // one checkpoint, whose numbers are wanted in the scratch
        double sum = 0;
        double[] products = new double[2 * _T * _T];
        MatrixView inputProducts = new(products, 0, _T, _T, _T), deltaProducts = new(products, _T * _T, _T, _T, _T);
        for (int i = _firstExample; i < _firstExample + _examples; i++)
        {
            var inputs = Inputs(0, i, 1, scratch);
            Deltas(0, 0, i, _first, _outputs, scratch);
            _backend.Syrk(Op.Transpose, 1, inputs, 0, inputProducts);
            for (int c = 0; c < _p; c++)
            {
                var delta = new MatrixView(scratch.Deltas(0), c * _T * _outputs, _outputs, _T, _outputs);
                _backend.Syrk(Op.Transpose, 1, delta, 0, deltaProducts);
                sum += VectorRoutines.Dot(products.AsSpan(0, _T * _T), products.AsSpan(_T * _T));
            }
        }
        return sum;
    }

    public override double Flops(long examples, int[] checkpoints, bool test)
    {
        double groups = checkpoints.Select(a => _identity.Of(a, test)).Distinct().Count(), rows = (double)examples * _T;
        return groups * rows * _outputs * (2.0 * _height + 2.0 * _p);
    }

    private LayerFactors Factors(int checkpoint, bool test) =>
        ((FactoredJacobian)_run[checkpoint][test ? TensorName.J_Q : TensorName.J_S]).Layers[_index];

    private int RowsTogetherAt(int rows) => ArraySize.Of(rows, (long)Granule * _T);

    // (a, 1), inputs × examples and positions.
    private MatrixView Inputs(int group, int first, int count, ProductScratch scratch)
    {
        int columns = count * _T;
        double[] buffer = scratch.Inputs(ArraySize.Of(_height, (long)Granule * _T));
        var numbers = _terms.Inputs[group];
        long from = (long)first * _T * _k;
        if (_height == _k) numbers.Scale(1, from, buffer.AsSpan(0, columns * _k));
        else
            for (int j = 0; j < columns; j++)
            {
                numbers.Scale(1, from + (long)j * _k, buffer.AsSpan(j * _height, _k));
                buffer[j * _height + _k] = 1;
            }
        return new MatrixView(buffer, _height, columns);
    }

    // What a product is taken with one after the other: the weighted sum of all checkpoints with the same inputs, or each of them where vectors have weights
    // of their own.
    private (int Start, int End) Summands(int group)
    {
        var (start, end) = _terms.Range(group);
        return _terms.Lanes is null ? (start, start + 1) : (start, end);
    }

    // Σ_a weight_a δ_a of one example, or δ_a of one checkpoint: p × positions × outputs, row-major.
    private ReadOnlySpan<double> Deltas(int group, int term, int example, int first, int outputs, ProductScratch scratch)
    {
        int rows = _p * _T;
        if (_combined is { } combined && combined.Has(group)) return combined.Of(group, example, first - _first, outputs);
        var target = scratch.Deltas(rows * outputs).AsSpan(0, rows * outputs);
        var (start, end) = _terms.Range(group);
        long at = (long)example * rows * _q + first;
        if (_terms.Lanes is null)
            Numbers.CombineRows(_terms.Weights.AsSpan(start, end - start), _terms.Deltas.AsSpan(start, end - start), at, rows, _q, outputs, target);
        else Numbers.CombineRows([1], _terms.Deltas.AsSpan(term, 1), at, rows, _q, outputs, target);
        return target;
    }

    private void ReadMissing(bool test)
    {
        _room.Owner = this;
        int used = 0;
        for (int i = 0; i < _terms.Count; i++)
            if (_terms.IsMissing(i)) _terms.Deltas[i] = Chunk(Factors(_terms.Checkpoints[i], test).Deltas!, (long)_p * _T * _q, ref used);
        for (int g = 0; g < _terms.Groups; g++)
            if (_terms.AreInputsMissing(g)) _terms.Inputs[g] = Chunk(Factors(_terms.InputsOf[g], test).Inputs!, (long)_T * _k, ref used);
    }

    private Numbers Chunk(TensorSource tensor, long each, ref int used)
    {
        int length = ArraySize.Of(_examples, each);
        var numbers = _room.Take(used++, Numbers.AreSingles(tensor), length, _firstExample * each);
        NumberShelf.Read(new TensorPart(tensor, 0, 0), 1, _firstExample * each, length, numbers);
        return numbers;
    }
}
