using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Budgets;

/// <summary>How far errors δg and δU of gradient and training outputs can move the predicted change of the loss.</summary>
/// <remarks>
/// Where δg = B δU throughout, the loss is off by g(T)ᵀδU(T) + ½ δUᵀBδU alone, because ∫ g·dU then is a difference of losses: its size is at most
/// (‖g(T)‖ + ½‖δg(T)‖)·‖δU(T)‖. What B between checkpoints adds is δg − B δU, and ∫ (δg − B δU)·dU is at most the sum of its size times the way of the
/// outputs. Scalar products are left out on purpose: a single number may vanish by accident.
/// </remarks>
internal sealed class LossSizes(LocalFlow flow, IReadOnlyList<OutputHessian>? hessians, int columns)
{
    private readonly double[] _path = new double[columns], _before = new double[columns], _end = new double[columns];

    /// <summary>Takes the errors at a checkpoint into account.</summary>
    public void At(int checkpoint, MatrixView gradients, MatrixView train)
    {
        double way = checkpoint > 0 ? VectorMath.Norm(flow.Train[checkpoint - 1]) : 0, g = VectorMath.Norm(flow.Gradients[checkpoint]);
        double[]? rest = hessians is null ? null : new double[gradients.Rows];
        for (int c = 0; c < columns; c++)
        {
            _end[c] = (g + 0.5 * VectorMath.Norm(gradients.Column(c))) * VectorMath.Norm(train.Column(c));
            if (rest is null) continue;
            gradients.Column(c).CopyTo(rest);
            hessians![checkpoint].Apply(-1, train.ColumnRange(c, 1), 1, new MatrixView(rest, rest.Length, 1));
            double size = VectorMath.Norm(rest);
            _path[c] += 0.5 * (size + _before[c]) * way;
            _before[c] = size;
        }
    }

    /// <summary>Size of the error of the loss that a column makes.</summary>
    public double Of(int column) => _path[column] + _end[column];
}
