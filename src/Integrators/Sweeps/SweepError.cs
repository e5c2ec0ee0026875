using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Estimated errors of the operators of a sweep in the 2-norm: of P itself, and of W_S, G_S and G_Q relative to their norms.</summary>
/// <param name="P">‖P_h − P‖.</param>
/// <param name="W">‖W_h − W‖ / ‖W‖.</param>
/// <param name="Train">The same of G_S.</param>
/// <param name="Test">The same of G_Q; 0 without test outputs.</param>
public sealed record SweepError(double P, double W, double Train, double Test)
{
    /// <summary>The largest of the four.</summary>
    public double Largest => Math.Max(Math.Max(P, W), Math.Max(Train, Test));
}

/// <summary>Norms of differences between the operators of a sweep and those of one with halved steps, by power iteration on a block.</summary>
/// <remarks>A power iteration finds an error wherever it is, where random vectors would see an error in few of N directions √N times too small.</remarks>
internal static class SweepErrors
{
    private const int Purpose = 20261129;

    public static SweepError Of(FlowSweep sweep, FlowSweep fine, SweepOptions options, int rounds, CancellationToken cancellation)
    {
        double order = Math.Pow(2, sweep.Scheme.Order), factor = order / (order - 1);
        var start = SweepProbes.Of(sweep.Products, options);
        double p = Norm(new SweptPropagator(sweep), new SweptPropagator(fine), start, rounds, cancellation).Difference;
        var w = Norm(new SweptGramian(sweep), new SweptGramian(fine), start, rounds, cancellation);
        var train = Norm(new SweptTransfer(sweep, TransferTarget.Train), new SweptTransfer(fine, TransferTarget.Train), start, rounds, cancellation);
        var test = sweep.Products.TestSize == 0 ? (0, 0, default) : Norm(new SweptTransfer(sweep), new SweptTransfer(fine), start, rounds, cancellation);
        return new SweepError(factor * p, factor * Relative(w), factor * Relative(train), factor * Relative(test));
    }

    /// <summary>The error of P alone, or that of G_S relative to its norm, from a random vector and one that the kernels have multiplied.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="propagator">P, otherwise G_S.</param>
    /// <param name="options">The seed.</param>
    /// <param name="worst">Where the error is largest, as far as it is known: nothing at first, then what was found, which serves other steps too.</param>
    /// <param name="cancellation">Honoured between sweeps.</param>
    public static double OfOne(FlowSweep sweep, bool propagator, SweepOptions options, ref MatrixView worst, CancellationToken cancellation)
    {
        var fine = sweep.Halved();
        LinearOperator Of(FlowSweep s) => propagator ? new SweptPropagator(s) : new SweptTransfer(s, TransferTarget.Train);
        bool found = worst.Columns > 0;
        if (!found) worst = SweepProbes.Of(sweep.Products, options with { Probes = null }).ColumnRange(0, 2);
        double order = Math.Pow(2, sweep.Scheme.Order);
        var norm = Norm(Of(sweep), Of(fine), worst, found ? 0 : 1, cancellation);
        if (!found) worst = norm.At;
        return order / (order - 1) * (propagator ? norm.Difference : Relative(norm));
    }

    private static double Relative((double Difference, double Size, MatrixView At) found) => found.Size > 0 ? found.Difference / found.Size : 0;

    // ‖A − B‖ and ‖B‖ from below, and the vectors that were looked at last.
    private static (double Difference, double Size, MatrixView At) Norm(LinearOperator a, LinearOperator b, in MatrixView start, int rounds,
        CancellationToken cancellation)
    {
        int c = start.Columns;
        MatrixView x = Buffers.Zero(a.Columns, c), y = Buffers.Zero(a.Rows, c), z = Buffers.Zero(a.Rows, c), back = Buffers.Zero(a.Columns, c);
        start.CopyTo(x);
        double difference = 0, size = 0;
        for (int round = 0; ; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            a.Apply(x, y);
            b.Apply(x, z);
            for (int j = 0; j < c; j++)
            {
                size = Math.Max(size, VectorRoutines.Norm(z.Column(j)));
                VectorRoutines.Axpy(-1, z.Column(j), y.Column(j));
                difference = Math.Max(difference, VectorRoutines.Norm(y.Column(j)));
            }
            if (round == rounds) return (difference, size, x);
            if (a.IsSymmetric) y.CopyTo(x);
            else
            {
                a.ApplyTranspose(y, x);
                b.ApplyTranspose(y, back);
                SweepRates.Add(-1, back, x);
            }
            OrthonormalColumns.Make(x);
        }
    }
}
