using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Budgets;

/// <summary>Errors and slopes of a prediction that was made by operators: from these.</summary>
/// <param name="Operators">P, W_S, G_S and G_Q with their estimated errors.</param>
/// <param name="Start">g(s).</param>
internal sealed record OperatorErrors(Propagation Operators, double[] Start) : PredictionErrors
{
    /// <inheritdoc/>
    public override double Dissipation => Operators.Error.W * MatrixNorms.Frobenius(Operators.W_S);

    /// <inheritdoc/>
    public override double Transport => Operators.Error.P * MatrixNorms.Frobenius(Operators.P);

    /// <inheritdoc/>
    public override double Train => Operators.Error.G * MatrixNorms.Frobenius(Operators.G_S);

    /// <inheritdoc/>
    public override double Test => Operators.Error.G * MatrixNorms.Frobenius(Operators.G_Q);

    /// <inheritdoc/>
    public override double DissipationSlope => VectorMath.Norm(VectorMath.Multiply(2, Operators.W_S, Start));

    /// <inheritdoc/>
    public override double TrainSlope => Slope(Operators.G_S);

    /// <inheritdoc/>
    public override double TestSlope => Slope(Operators.G_Q);

    private static double Slope(DenseMatrix map) => MatrixNorms.Frobenius(map) / Math.Sqrt(map.ColumnCount);
}
