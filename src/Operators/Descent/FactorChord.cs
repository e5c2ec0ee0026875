using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The kernels of a step from factors: J̄ = Σ_a w_a J_a over the checkpoints and the midpoint of the step, so each kernel is a weighted sum of
/// products of two of these, and each product is formed once, tile by tile of examples.</summary>
internal sealed class FactorChord
{
    private const int Start = 0, Next = 1, Middle = 2;
    private const int VectorColumns = 1 << 20;

    private readonly CheckpointSequence _run;
    private readonly FactorPass _pass;
    private readonly FactorProduct _product;
    private readonly FactorVectors _vectors;
    private readonly FactorLimits _limits;
    private readonly double[] _weights;
    private double[] _one = [], _y = [];

    private FactorChord(CheckpointSequence run, FactorPass pass, bool midpoints, Backend backend, FactorLimits limits)
    {
        (_run, _pass, _limits) = (run, pass, limits);
        (_product, _vectors) = (new FactorProduct(backend), new FactorVectors(backend));
        _weights = midpoints ? [1.0 / 6, 1.0 / 6, 4.0 / 6] : [0.5, 0.5];
    }

    /// <summary>The columns of J that are to be expanded.</summary>
    public IReadOnlyList<(long First, long Count)> Columns => _pass.Columns;

    private bool HasMiddle => _weights.Length > Middle;

    /// <summary>For a run of every step; null where nothing can be formed from factors, or nothing is gained.</summary>
    public static FactorChord? Of(CheckpointSequence run, bool midpoints, Backend backend, FactorLimits limits)
    {
        if (FactorPass.Of(run, [.. Enumerable.Range(0, run.Count)]) is not { } pass) return null;
        bool factored = !midpoints || run.Take(run.Count - 1).All(c => c[TensorName.J_S_mid] is FactoredJacobian && c[TensorName.J_Q_mid] is FactoredJacobian);
        return factored ? new FactorChord(run, pass, midpoints, backend, limits) : null;
    }

    /// <summary>Adds what the layers contribute to the kernels of a step.</summary>
    public void AddKernels(int step, StepKernels target)
    {
        foreach (int l in _pass.Layers)
        {
            var layer = Jacobian(step, TensorName.J_S).Layers[l].Layer;
            var tiles = FactorTile.Of(_run, layer, _limits.Examples(layer, _run.Outputs, _weights.Length), _weights.Length);
            bool together = _limits.HoldsAll(layer, _run, _weights.Length);
            foreach (var tile in together ? tiles : []) Load(tile, step, l);
            for (int i = 0; i < tiles.Length; i++)
                for (int j = 0; j <= i; j++)
                {
                    if (!together) Load(tiles[i], step, l);
                    if (!together && j < i) Load(tiles[j], step, l);
                    AddPair(tiles[i], tiles[j], target);
                    if (!together) tiles[i].Forget();
                    if (!together) tiles[j].Forget();
                }
        }
        // A product and its transpose are not added in the same order on both sides of the diagonal.
        foreach (var kernel in (MatrixView[])[target.Start, target.TrainAverage, target.TestAverage])
            for (int j = 0; j < kernel.Columns; j++)
                for (int i = j + 1; i < kernel.Rows; i++) kernel[j, i] = kernel[i, j];
    }

    /// <summary>Adds what the layers contribute to the changes of J along a step, applied to y = J_S,kᵀ g.</summary>
    public void AddChanges(int step, double[] g, StepChanges changes)
    {
        int N = _run.TrainSize, rows = N + _run.TestSize;
        bool before = !HasMiddle && step > 0, after = !HasMiddle && step + 2 < _run.Count;
        foreach (int l in _pass.Layers)
        {
            var train = Jacobian(step, TensorName.J_S);
            long end = train.FirstColumn(l) + train.Layers[l].Layer.Columns;
            for (long first = train.FirstColumn(l); first < end; first += VectorColumns)
            {
                int count = (int)Math.Min(VectorColumns, end - first);
                if (_y.Length < count) _y = new double[count];
                Array.Clear(_y);
                var y = new MatrixView(_y, count, 1);
                _vectors.MultiplyTransposed(train, first, new MatrixView(g, N, 1), 1, y);
                double[] Times(int k, TensorName ofTrain, TensorName ofTest)
                {
                    var product = new double[rows];
                    _vectors.Multiply(Jacobian(k, ofTrain), first, y, 1, new MatrixView(product, N, 1));
                    _vectors.Multiply(Jacobian(k, ofTest), first, y, 1, new MatrixView(product, N, rows - N, 1, Math.Max(1, rows - N)));
                    return product;
                }
                double[] start = Times(step, TensorName.J_S, TensorName.J_Q), next = Times(step + 1, TensorName.J_S, TensorName.J_Q);
                double[]? middle = HasMiddle ? Times(step, TensorName.J_S_mid, TensorName.J_Q_mid) : null;
                double[]? earlier = before ? Times(step - 1, TensorName.J_S, TensorName.J_Q) : null;
                double[]? later = after ? Times(step + 2, TensorName.J_S, TensorName.J_Q) : null;
                (changes.IsKnown, changes.HasBackward, changes.HasForward) = (true, before, after);
                changes.SquaredLength += VectorRoutines.Dot(_y.AsSpan(0, count), _y.AsSpan(0, count));
                for (int r = 0; r < rows; r++)
                    changes.Add(r, start[r], next[r], middle is null ? null : (start[r] + 4 * middle[r] + next[r]) / 6, earlier?[r], later?[r]);
            }
        }
    }

    private FactoredJacobian Jacobian(int k, TensorName name) => (FactoredJacobian)_run[k][name];

    private void Load(FactorTile tile, int step, int layer)
    {
        tile.Load(_run[step], layer, Start);
        tile.Load(_run[step + 1], layer, Next);
        if (HasMiddle) tile.Load(_run[step], layer, Middle, TensorName.J_S_mid, TensorName.J_Q_mid);
    }

    private void AddPair(FactorTile rows, FactorTile columns, StepKernels target)
    {
        for (int a = 0; a < _weights.Length; a++)
            for (int b = 0; b < _weights.Length; b++)
            {
                // Of one tile with itself the products come in transposed pairs; training beside test outputs are wanted with J_S at the start only.
                if ((rows == columns && b > a) || (rows.IsTest && !columns.IsTest && b != Start)) continue;
                LayerBlock left = rows.At(a), right = columns.At(b);
                int height = left.Examples * left.Outputs, width = right.Examples * right.Outputs;
                if (_one.Length < (long)height * width) _one = new double[ArraySize.Of(height, width)];
                var product = new MatrixView(_one, height, width);
                product.Fill(0);
                _product.Add(left, right, product);
                Contribute(rows, a, columns, b, product, transposed: false, target);
                if (rows != columns || a != b) Contribute(columns, b, rows, a, product, transposed: true, target);
            }
    }

    private void Contribute(FactorTile rows, int a, FactorTile columns, int b, in MatrixView product, bool transposed, StepKernels target)
    {
        if (b == Start && !columns.IsTest) Add(_weights[a], product, transposed, rows.Of(target.Average, columns, belowTrain: true));
        if (rows.IsTest != columns.IsTest) return;
        Add(_weights[a] * _weights[b], product, transposed, rows.Of(rows.IsTest ? target.TestAverage : target.TrainAverage, columns, belowTrain: false));
        if (a == Start && b == Start && !rows.IsTest) Add(1, product, transposed, rows.Of(target.Start, columns, belowTrain: false));
    }

    private static void Add(double weight, in MatrixView product, bool transposed, in MatrixView target)
    {
        for (int j = 0; j < target.Columns; j++)
        {
            var column = target.Column(j);
            if (!transposed) VectorRoutines.Axpy(weight, product.Column(j), column);
            else
                for (int i = 0; i < column.Length; i++) column[i] += weight * product[j, i];
        }
    }
}
