using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The vectors of length 1 on which errors are measured: those that were given, random ones, and random ones that the kernels have multiplied once
/// or twice, which show the leading modes that a random vector hardly has.</summary>
internal static class SweepProbes
{
    private const int Purpose = 20261128;

    public static MatrixView Of(KernelProducts products, SweepOptions options)
    {
        int n = products.TrainSize, given = options.Probes?.Columns ?? 0;
        var x = Buffers.Zero(n, given + 4);
        if (options.Probes is { } probes) probes.CopyTo(x.ColumnRange(0, given));
        var random = Seeds.Generator(Purpose, options.Seed);
        MatrixView drawn = x.ColumnRange(given, 2), last = x.ColumnRange(given + 2, 2);
        for (int j = 0; j < 2; j++) foreach (ref double e in drawn.Column(j)) e = 2 * random.NextDouble() - 1;
        products.ApplyTrain(0, products.Knots[0], drawn.ColumnRange(0, 1), last.ColumnRange(0, 1));
        products.ApplyTrain(products.Intervals - 1, products.Knots[^1], drawn.ColumnRange(1, 1), last.ColumnRange(1, 1));
        for (int j = 0; j < x.Columns; j++)
        {
            double norm = VectorRoutines.Norm(x.Column(j));
            if (norm > 0) VectorRoutines.Scale(1 / norm, x.Column(j), x.Column(j));
        }
        return x;
    }
}
