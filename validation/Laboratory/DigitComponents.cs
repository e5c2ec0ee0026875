using KernelFlow.Numerics;

namespace KernelFlow.Validation.Laboratory;

/// <summary>The digits by their first principal components, each of variance one over all images: few inputs that still tell something of the
/// label.</summary>
internal static class DigitComponents
{
    private const int Pixels = 64, Images = 1797;

    // Descending: column j of the eigenvectors over its standard deviation.
    private static readonly Lazy<double[][]> s_directions = new(Find);

    /// <summary>The same examples with <paramref name="count"/> inputs each.</summary>
    public static TrainingData Of(TrainingData digits, int count) =>
        digits with { InputSize = count, X_S = Project(digits.X_S, count), X_Q = Project(digits.X_Q, count) };

    private static double[] Project(double[] x, int count)
    {
        int n = x.Length / Pixels;
        var projected = new double[n * count];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < count; j++)
                projected[i * count + j] = VectorRoutines.Dot(x.AsSpan(i * Pixels, Pixels), s_directions.Value[j]);
        return projected;
    }

    private static double[][] Find()
    {
        var all = TrainingData.Create(new RecordingOptions { Data = DataKind.Digits, Train = Images - 1, Test = 1 });
        double[] x = [.. all.X_S, .. all.X_Q];
        // Sums over images in one order, whatever the threads.
        var covariance = new MatrixView(new double[Pixels * Pixels], Pixels, Pixels);
        for (int i = 0; i < Images; i++)
            for (int a = 0; a < Pixels; a++)
                VectorRoutines.Axpy(x[i * Pixels + a] / Images, x.AsSpan(i * Pixels, Pixels), covariance.Column(a));
        var values = new double[Pixels];
        Backend.Managed(1).SymmetricEigen(covariance, values, vectors: true);
        double[][] directions = [.. Enumerable.Range(1, Pixels).Select(j => covariance.Column(Pixels - j).ToArray())];
        for (int j = 0; j < Pixels; j++)
        {
            // Signs of eigenvectors are nobody's choice: the largest entry is positive.
            double largest = directions[j].MaxBy(Math.Abs), deviation = Math.Sqrt(Math.Max(values[Pixels - 1 - j], 0));
            for (int a = 0; a < Pixels; a++) directions[j][a] *= Math.Sign(largest) / Math.Max(deviation, 1e-12);
        }
        return directions;
    }
}
