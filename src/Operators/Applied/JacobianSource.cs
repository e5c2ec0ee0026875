using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The Jacobians of the checkpoints of a run, multiplied from factors where they are factored, and from pieces of the files otherwise.</summary>
internal sealed class JacobianSource
{
    private const int Piece = 1 << 22; // numbers of a piece of J, or of the vectors between

    private readonly CheckpointSequence _checkpoints;
    private readonly Backend _backend;
    private readonly FactorVectors? _factors;
    private readonly long _parameters, _cacheLimit;
    private readonly Dictionary<(int Checkpoint, bool Test, long First), double[]> _kept = [];
    private long _keptNumbers;
    private double[] _block = [], _between = [];

    /// <param name="checkpoints">The run.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cacheBytes">How much of expanded Jacobians may be kept in memory.</param>
    public JacobianSource(CheckpointSequence checkpoints, Backend backend, long cacheBytes)
    {
        (_checkpoints, _backend, _cacheLimit) = (checkpoints, backend, cacheBytes / sizeof(double));
        _parameters = checkpoints.Parameters!.Value;
        _factors = JacobianColumns.IsFactored(checkpoints) ? new FactorVectors(backend) : null;
    }

    /// <summary>Flops of Jᵀ or J times one vector.</summary>
    public double FlopsPerVector
    {
        get
        {
            double rows = _checkpoints.TrainSize;
            if (_checkpoints[0].Find(TensorName.J_S) is not FactoredJacobian factored) return 2 * rows * _parameters;
            double sum = 0;
            foreach (var layer in factored.Layers.Select(l => l.Layer))
                sum += layer.Kind == JacobianLayerKind.Columns ? 2 * rows * layer.Columns
                    : 2 * rows * layer.Outputs * layer.Positions + 2.0 * _checkpoints.Train * layer.Positions * layer.Inputs * layer.Outputs;
            return sum;
        }
    }

    /// <summary>z = Σ_b v_b J_bᵀ x, then Y ← Y + Σ_a w_a J_a z for every target.</summary>
    /// <param name="chosen">The checkpoints.</param>
    /// <param name="x">As many rows as J_S has, or J_Q.</param>
    /// <param name="weights">v_b of every column.</param>
    /// <param name="fromTest">Whether the J that is transposed is J_Q.</param>
    /// <param name="targets">Where it goes.</param>
    public void Run(IReadOnlyList<int> chosen, in MatrixView x, double[][] weights, bool fromTest, IReadOnlyList<JacobianTarget> targets)
    {
        int columns = x.Columns, rows = Math.Max(_checkpoints.TrainSize, _checkpoints.TestSize);
        long width = Math.Clamp(Piece / Math.Max(_factors is null ? rows : columns, columns), 1, _parameters);
        Grow(ref _between, width * columns);
        var scaled = new MatrixView(new double[ArraySize.Of(x.Rows, columns)], x.Rows, columns);
        var results = targets.Select(t => new MatrixView(new double[ArraySize.Of(t.Y.Rows, columns)], t.Y.Rows, columns)).ToArray();
        for (long first = 0; first < _parameters; first += width)
        {
            int count = (int)Math.Min(width, _parameters - first);
            var z = new MatrixView(_between, count, columns);
            z.Fill(0);
            for (int b = 0; b < chosen.Count; b++)
            {
                if (weights[b].All(w => w == 0)) continue;
                for (int c = 0; c < columns; c++) VectorRoutines.Scale(weights[b][c], x.Column(c), scaled.Column(c));
                if (_factors is not null) _factors.MultiplyTransposed(Factored(chosen[b], fromTest), first, scaled, 1, z);
                else _backend.Gemm(Op.None, Op.None, 1, Expanded(chosen[b], fromTest, first, count), scaled, 1, z);
            }
            for (int t = 0; t < targets.Count; t++)
                for (int a = 0; a < chosen.Count; a++)
                {
                    double[] w = targets[t].Weights[a];
                    if (w.All(v => v == 0)) continue;
                    results[t].Fill(0);
                    if (_factors is not null) _factors.Multiply(Factored(chosen[a], targets[t].IsTest), first, z, 1, results[t]);
                    else _backend.Gemm(Op.Transpose, Op.None, 1, Expanded(chosen[a], targets[t].IsTest, first, count), z, 0, results[t]);
                    for (int c = 0; c < columns; c++) VectorRoutines.Axpy(w[c], results[t].Column(c), targets[t].Y.Column(c));
                }
        }
    }

    /// <summary>tr J_a J_bᵀ over all outputs of a checkpoint and those before it, and the diagonals of its kernels.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="before">The earlier ones.</param>
    /// <param name="train">Receives the diagonal of K_SS.</param>
    /// <param name="test">Receives that of K_QQ.</param>
    /// <returns>The inner products with the earlier ones.</returns>
    public double[] Products(int checkpoint, IReadOnlyList<int> before, double[] train, double[] test)
    {
        var sums = new double[before.Count];
        foreach (bool ofTest in (bool[])[false, true])
        {
            double[] diagonal = ofTest ? test : train;
            if (diagonal.Length == 0) continue;
            var own = Tensor(checkpoint, ofTest);
            TensorSource[] others = [.. before.Select(b => Tensor(b, ofTest))];
            int width = (int)Math.Min(_parameters, Piece), together = (int)Math.Clamp(Piece / _parameters, 1, diagonal.Length);
            double[] a = new double[ArraySize.Of(width, together)], b = new double[a.Length];
            for (int row = 0; row < diagonal.Length; row += together)
            {
                int rows = Math.Min(together, diagonal.Length - row);
                for (long first = 0; first < _parameters; first += width)
                {
                    int count = (int)Math.Min(width, _parameters - first);
                    Rows(own, row, rows, first, count, a);
                    for (int i = 0; i < rows; i++) diagonal[row + i] += VectorRoutines.Dot(a.AsSpan(i * count, count), a.AsSpan(i * count, count));
                    for (int o = 0; o < others.Length; o++)
                    {
                        Rows(others[o], row, rows, first, count, b);
                        sums[o] += VectorRoutines.Dot(a.AsSpan(0, rows * count), b.AsSpan(0, rows * count));
                    }
                }
            }
        }
        return sums;
    }

    // Several rows at a time only where they are whole.
    private void Rows(TensorSource tensor, int row, int rows, long first, int count, double[] target)
    {
        if (count == _parameters) tensor.Read(row * _parameters, target.AsSpan(0, rows * count));
        else tensor.Read(row * _parameters + first, target.AsSpan(0, count));
    }

    private FactoredJacobian Factored(int checkpoint, bool test) => (FactoredJacobian)Tensor(checkpoint, test);

    private TensorSource Tensor(int checkpoint, bool test) => _checkpoints[checkpoint][test ? TensorName.J_Q : TensorName.J_S];

    // Columns of J from one on, as the rows of a matrix; those that fit are kept.
    private MatrixView Expanded(int checkpoint, bool test, long first, int count)
    {
        int rows = test ? _checkpoints.TestSize : _checkpoints.TrainSize;
        long numbers = (long)count * rows;
        if (_kept.TryGetValue((checkpoint, test, first), out double[]? found) && found.LongLength == numbers) return new MatrixView(found, count, rows);
        double[] target;
        if (_keptNumbers + numbers <= _cacheLimit)
        {
            target = new double[numbers];
            _kept[(checkpoint, test, first)] = target;
            _keptNumbers += numbers;
        }
        else
        {
            Grow(ref _block, numbers);
            target = _block;
        }
        var view = new MatrixView(target, count, rows);
        Tensor(checkpoint, test).ReadTransposed(first, view);
        return view;
    }

    private static void Grow(ref double[] buffer, long length)
    {
        if (buffer.LongLength < length) buffer = new double[length];
    }
}
