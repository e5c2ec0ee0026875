using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.ClaimsOnly;

/// <summary>The block that is carried where no operators are formed: g(s) of length 1, and eight random vectors of that length, by which the sizes of the
/// operators are estimated.</summary>
/// <param name="Block">N×9.</param>
/// <param name="Gradient">‖g(s)‖.</param>
internal sealed record CarriedProbes(DenseMatrix Block, double Gradient)
{
    private const int Random = 8;

    // Seed 0 draws its random vectors from this number, and other seeds count on from it.
    private const int FirstSeed = 20261127;

    /// <summary>The block of a run.</summary>
    public static CarriedProbes Of(double[] gradient, long seed)
    {
        double size = VectorMath.Norm(gradient);
        var block = new DenseMatrix(gradient.Length, 1 + Random);
        MatrixView view = block;
        VectorRoutines.Scale(size > 0 ? 1 / size : 0, gradient, view.Column(0));
        var random = new Random(Seeds.From(FirstSeed, seed));
        for (int j = 1; j <= Random; j++)
            foreach (ref double v in view.Column(j)) v = (random.Next(2) == 0 ? -1 : 1) / Math.Sqrt(gradient.Length);
        return new CarriedProbes(block, size);
    }

    /// <summary>‖2 W_S g(s)‖: E (vᵀW g)² = ‖W g‖²/N.</summary>
    public double DissipationSlope(BlockTransport carried)
    {
        double sum = 0;
        for (int j = 1; j <= Random; j++) sum += carried.Dissipated[j, 0] * carried.Dissipated[j, 0];
        return 2 * Math.Sqrt(Block.RowCount * sum / Random) * Gradient;
    }

    /// <summary>‖G‖_F/√N: E ‖G v‖² = ‖G‖_F²/N.</summary>
    /// <param name="image">G of the block.</param>
    public static double Slope(DenseMatrix image) =>
        image.RowCount == 0 ? 0 : MatrixNorms.Frobenius(((MatrixView)image).ColumnRange(1, Random)) / Math.Sqrt(Random);

    /// <summary>The prediction that a carried block makes.</summary>
    /// <param name="carried">What became of it.</param>
    public Prediction Predicted(BlockTransport carried) => new(
        carried.FirstAtKnots.Index().ToDictionary(g => g.Index, g => Scaled(Gradient, g.Item)),
        First(carried.Train), First(carried.Test), -Gradient * Gradient * carried.Dissipated[0, 0]);

    private double[] First(DenseMatrix image) =>
        image.RowCount == 0 ? [] : Scaled(-Gradient, ((MatrixView)image).Column(0));

    private static double[] Scaled(double factor, ReadOnlySpan<double> vector)
    {
        var result = new double[vector.Length];
        VectorRoutines.Scale(factor, vector, result);
        return result;
    }
}
