using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Diagonals of the kernels of a run with Jacobians, and inner products of the Jacobians of its checkpoints: read once, row by row.</summary>
/// <param name="run">The run.</param>
internal sealed class JacobianMoments(CheckpointSequence run)
{
    private const int Piece = 1 << 22; // numbers of a piece of J

    private readonly long _parameters = run.Parameters!.Value;

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

    private TensorSource Tensor(int checkpoint, bool test) => run[checkpoint][test ? TensorName.J_Q : TensorName.J_S];
}
