namespace KernelFlow.Analysis.Budgets;

/// <summary>What another model makes of a few intervals, from the same gradient at their beginning, less what the model under test makes of them.</summary>
/// <param name="Where">The intervals.</param>
/// <param name="Gradient">Difference of the gradients at their end.</param>
/// <param name="Train">Difference of the displacements of the training outputs.</param>
/// <param name="Test">Difference of the displacements of the test outputs.</param>
internal sealed record LocalDifference(MergedIntervals Where, double[] Gradient, double[] Train, double[] Test)
{
    /// <summary>Size of the difference in the outputs.</summary>
    public double Size => Math.Sqrt(Math.Pow(VectorMath.Norm(Train), 2) + Math.Pow(VectorMath.Norm(Test), 2));
}
