namespace KernelFlow.Analysis.Budgets;

/// <summary>A prediction as a list of vectors: those at its checkpoints in order, the displacements, and the change of the loss.</summary>
internal static class PredictionVectors
{
    /// <summary>How many vectors a prediction of so many checkpoints is.</summary>
    public static int Count(int checkpoints) => checkpoints + 3;

    /// <summary>The vectors of a prediction.</summary>
    public static IEnumerable<double[]> Of(Prediction p) => [.. p.Gradients.OrderBy(g => g.Key).Select(g => g.Value), p.Train, p.Test, [p.LossChange]];

    /// <summary>The prediction of vectors; its checkpoints are counted from 0.</summary>
    public static Prediction From(IReadOnlyList<double[]> vectors) => new(vectors.Take(vectors.Count - 3).Index().ToDictionary(v => v.Index, v => v.Item),
        vectors[^3], vectors[^2], vectors[^1][0]);
}
