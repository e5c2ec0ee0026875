using System.Diagnostics;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Cli;

/// <summary>A few products with the kernel of the last checkpoint: how large λ_max is, with which a sweep grows, and how long one takes.</summary>
/// <param name="Largest">λ_max of K_SS at the end of the run.</param>
/// <param name="Seconds">The time of a product with one vector of a block.</param>
internal sealed record ProductProbe(double Largest, double Seconds)
{
    // The largest eigenvalues of p outputs lie close together, and any of them serves.
    private const int Products = 6, Together = 16;

    private const long Bytes = 1L << 30;

    /// <summary>Takes them; null where there is nothing to multiply, or where the last interval is not sound, which is for others to say.</summary>
    public static ProductProbe? Of(CheckpointSequence run, Backend backend, double ceiling)
    {
        if (run.Count < 2) return null;
        try
        {
            var memory = new MemoryAccount(new MemoryCeiling((long)Math.Min(Bytes, ceiling)));
            return Measured(ProductsBuilder.Read(run, OutputRecord.Read(run), memory, backend).Linear([run.Count - 2, run.Count - 1]));
        }
        catch (InvalidRunException)
        {
            return null;
        }
    }

    private static ProductProbe? Measured(KernelProducts products)
    {
        double largest = 0, seconds = double.PositiveInfinity, middle = 0.5 * (products.Knots[0] + products.Knots[^1]);
        MatrixView x = New(products.TrainSize), y = New(products.TrainSize);
        var random = Seeds.Generator(0, 0);
        for (int j = 0; j < Together; j++)
            foreach (ref double e in x.Column(j)) e = 2 * random.NextDouble() - 1;
        for (int k = 0; k < Products; k++)
        {
            largest = 0;
            for (int j = 0; j < Together; j++) VectorRoutines.Scale(1 / VectorRoutines.Norm(x.Column(j)), x.Column(j), x.Column(j));
            // The middle of the interval has the numbers of two checkpoints, as nearly every product of a sweep; the last ones are at its end.
            long begin = Stopwatch.GetTimestamp();
            products.ApplyTrain(0, k < Products / 2 ? middle : products.Knots[^1], x, y);
            if (k < Products / 2) seconds = Math.Min(seconds, Stopwatch.GetElapsedTime(begin).TotalSeconds);
            for (int j = 0; j < Together; j++) largest = Math.Max(largest, VectorRoutines.Norm(y.Column(j)));
            if (!(largest > 0 && double.IsFinite(largest))) return null;
            (x, y) = (y, x);
        }
        return new ProductProbe(largest, seconds / Together);
    }

    private static MatrixView New(int rows) => new(new double[ArraySize.Of(rows, Together)], rows, Together);
}
