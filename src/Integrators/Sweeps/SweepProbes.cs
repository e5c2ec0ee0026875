using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The vectors of length 1 on which errors are measured: those that were given, a random one, and random ones that the kernels at the beginning and
/// at the end have multiplied, which show the leading modes that a random vector hardly has.</summary>
/// <remarks>One random vector, since a second one sees as little of an error in one direction. With one that was given these are four, the narrowest block
/// that products take.</remarks>
internal static class SweepProbes
{
    private const int Purpose = 20261128;

    public static MatrixView Of(KernelProducts products, SweepOptions options)
    {
        int n = products.TrainSize, given = options.Probes?.Columns ?? 0;
        var x = Buffers.Zero(n, given + 3);
        if (options.Probes is { } probes) probes.CopyTo(x.ColumnRange(0, given));
        var random = Seeds.Generator(Purpose, options.Seed);
        MatrixView drawn = Buffers.Zero(n, 2), last = x.ColumnRange(given + 1, 2);
        for (int j = 0; j < 2; j++) foreach (ref double e in drawn.Column(j)) e = 2 * random.NextDouble() - 1;
        drawn.Column(1).CopyTo(x.Column(given));
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
