using KernelFlow.Analysis.Budgets;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.ClaimsOnly;

/// <summary>Errors and slopes of a prediction that was carried as a vector: its distance to a second carry, by another method on a grid of its own, and what
/// that carry says of its own error.</summary>
/// <param name="Probes">What the second carry carried.</param>
/// <param name="Carried">What became of it.</param>
/// <param name="Difference">Distances of the prediction to that of the second carry, per unit of ‖g(s)‖; zeros where nothing was integrated.</param>
internal sealed record CarriedErrors(CarriedProbes Probes, BlockTransport Carried, CarriedDistance Difference) : PredictionErrors
{
    /// <inheritdoc/>
    public override double Dissipation => Difference.Dissipation + Carried.Error.W * Math.Abs(Carried.Dissipated[0, 0]);

    /// <inheritdoc/>
    public override double Transport => Difference.Transport + Carried.Error.P * Size(Probes.Block);

    /// <inheritdoc/>
    public override double Train => Difference.Train + Carried.Error.G * Size(Carried.Train);

    /// <inheritdoc/>
    public override double Test => Difference.Test + Carried.Error.G * Size(Carried.Test);

    /// <inheritdoc/>
    public override double DissipationSlope => Probes.DissipationSlope(Carried);

    /// <inheritdoc/>
    public override double TrainSlope => CarriedProbes.Slope(Carried.Train);

    /// <inheritdoc/>
    public override double TestSlope => CarriedProbes.Slope(Carried.Test);

    // The errors of a block are those of its columns together.
    private static double Size(DenseMatrix block) => block.RowCount == 0 ? 0 : MatrixNorms.Frobenius(block) / Math.Sqrt(block.ColumnCount);
}

/// <summary>How far two predictions are from each other, per unit of ‖g(s)‖.</summary>
/// <param name="Dissipation">Of the loss change, per ‖g(s)‖².</param>
/// <param name="Transport">Of the gradients at the checkpoints, the largest.</param>
/// <param name="Train">Of the displacement of the training outputs.</param>
/// <param name="Test">Of the displacement of the test outputs.</param>
internal readonly record struct CarriedDistance(double Dissipation, double Transport, double Train, double Test)
{
    /// <summary>The distances of two predictions.</summary>
    public static CarriedDistance Of(Prediction a, Prediction b, double gradient)
    {
        if (gradient == 0) return default;
        return new CarriedDistance(Math.Abs(a.LossChange - b.LossChange) / (gradient * gradient),
            a.Gradients.Max(p => VectorMath.Distance(p.Value, b.Gradients[p.Key])) / gradient, VectorMath.Distance(a.Train, b.Train) / gradient,
            VectorMath.Distance(a.Test, b.Test) / gradient);
    }
}
