using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Diagonals of the kernels of a run with Jacobians, and inner products of the Jacobians of its checkpoints: read once, from the factors of the layers
/// where there are any, and otherwise row by row.</summary>
internal sealed class JacobianMoments
{
    private const int Piece = 1 << 22; // numbers that are read at a time

    // A preconditioner is read once for so many rows, at least.
    private const int LeastRows = 64;

    private readonly CheckpointSequence _run;
    private readonly IReadOnlyList<int> _layers;
    private readonly IReadOnlyList<(long First, long Count)> _columns;
    private readonly long _parameters;
    private double[] _roots = [];

    /// <summary>Takes a run; nothing is read yet.</summary>
    public JacobianMoments(CheckpointSequence run)
    {
        (_run, _parameters) = (run, run.Parameters!.Value);
        var factors = FactorPass.Of(run, [.. Enumerable.Range(0, run.Count)]);
        (_layers, _columns) = factors is null ? ([], [(0, _parameters)]) : (factors.Layers, factors.Columns);
    }

    /// <summary>tr J_a J_bᵀ over all outputs of a checkpoint and those before it, and the diagonals of its kernels. With a preconditioner M, of J√M.</summary>
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
            foreach (int layer in _layers) OfFactors(checkpoint, before, ofTest, layer, diagonal, sums);
            foreach (var (first, count) in _columns) OfColumns(checkpoint, before, ofTest, first, count, diagonal, sums);
        }
        return sums;
    }

    // (J_a J_bᵀ) of output c of example i is Σ_{t,s} (A_itᵀB_is + β) Δ_ictᵀE_ics.
    private void OfFactors(int checkpoint, IReadOnlyList<int> before, bool ofTest, int index, double[] diagonal, double[] sums)
    {
        int p = _run.Outputs, examples = diagonal.Length / p;
        var layer = ((FactoredJacobian)Tensor(checkpoint, ofTest)).Layers[index].Layer;
        int T = (int)layer.Positions, k = (int)layer.Inputs, q = (int)layer.Outputs;
        long each = (long)T * k + (long)p * T * q;
        int together = (int)Math.Clamp(Piece / each, 1, examples);
        double bias = layer.HasBias ? 1 : 0;
        LayerPiece own = new(together, T * k, p * T * q), other = new(together, T * k, p * T * q);
        for (int first = 0; first < examples; first += together)
        {
            int count = Math.Min(together, examples - first);
            own.Read(Factors(checkpoint), first, count);
            for (int i = 0; i < count; i++)
                for (int c = 0; c < p; c++) diagonal[(first + i) * p + c] += Product(own, own, i, c);
            for (int o = 0; o < before.Count; o++)
            {
                other.Read(Factors(before[o]), first, count);
                for (int i = 0; i < count; i++)
                    for (int c = 0; c < p; c++) sums[o] += Product(own, other, i, c);
            }
        }

        LayerFactors Factors(int a) => ((FactoredJacobian)Tensor(a, ofTest)).Layers[index];

        double Product(LayerPiece a, LayerPiece b, int i, int c)
        {
            double sum = 0;
            for (int t = 0; t < T; t++)
                for (int s = 0; s < T; s++)
                    sum += (VectorRoutines.Dot(a.Inputs(i).Slice(t * k, k), b.Inputs(i).Slice(s * k, k)) + bias)
                        * VectorRoutines.Dot(a.Deltas(i).Slice((c * T + t) * q, q), b.Deltas(i).Slice((c * T + s) * q, q));
            return sum;
        }
    }

    private void OfColumns(int checkpoint, IReadOnlyList<int> before, bool ofTest, long from, long columns, double[] diagonal, double[] sums)
    {
        var own = Tensor(checkpoint, ofTest);
        TensorSource[] others = [.. before.Select(b => Tensor(b, ofTest))];
        int width = (int)Math.Min(columns, Piece / LeastRows), together = Math.Min(Piece / width, diagonal.Length);
        double[] a = new double[ArraySize.Of(width, together)], b = new double[a.Length];
        for (int row = 0; row < diagonal.Length; row += together)
        {
            int rows = Math.Min(together, diagonal.Length - row);
            for (long first = from; first < from + columns; first += width)
            {
                int count = (int)Math.Min(width, from + columns - first);
                Rows(own, checkpoint, row, rows, first, count, a);
                for (int i = 0; i < rows; i++) diagonal[row + i] += VectorRoutines.Dot(a.AsSpan(i * count, count), a.AsSpan(i * count, count));
                for (int o = 0; o < others.Length; o++)
                {
                    Rows(others[o], before[o], row, rows, first, count, b);
                    sums[o] += VectorRoutines.Dot(a.AsSpan(0, rows * count), b.AsSpan(0, rows * count));
                }
            }
        }
    }

    private void Rows(TensorSource tensor, int checkpoint, int row, int rows, long first, int count, double[] target)
    {
        if (count == _parameters) tensor.Read(row * _parameters, target.AsSpan(0, rows * count));
        else
            for (int i = 0; i < rows; i++) tensor.Read((row + i) * _parameters + first, target.AsSpan(i * count, count));
        if (_roots.Length < count) _roots = new double[count];
        Preconditioner.ScaleRows(_run[checkpoint], first, new MatrixView(target, count, rows), _roots);
    }

    private TensorSource Tensor(int checkpoint, bool test) => _run[checkpoint][test ? TensorName.J_Q : TensorName.J_S];

    // Factors of some examples.
    private sealed class LayerPiece(int examples, int inputs, int deltas)
    {
        private readonly double[] _inputs = new double[ArraySize.Of(examples, inputs)], _deltas = new double[ArraySize.Of(examples, deltas)];

        public void Read(LayerFactors factors, int first, int count)
        {
            factors.Inputs!.Read((long)first * inputs, _inputs.AsSpan(0, count * inputs));
            factors.Deltas!.Read((long)first * deltas, _deltas.AsSpan(0, count * deltas));
        }

        public ReadOnlySpan<double> Inputs(int example) => _inputs.AsSpan(example * inputs, inputs);

        public ReadOnlySpan<double> Deltas(int example) => _deltas.AsSpan(example * deltas, deltas);
    }
}
