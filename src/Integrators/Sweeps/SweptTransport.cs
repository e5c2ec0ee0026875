using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>A block of vectors carried through the steps of a sweep: where it ends, what W_S and G make of it, and its first column at every knot.</summary>
public static class SweptTransport
{
    /// <summary>Carries V from the beginning of the window to its end.</summary>
    /// <param name="sweep">The steps.</param>
    /// <param name="block">V, N×c.</param>
    /// <param name="cancellation">Honoured between intervals.</param>
    /// <returns>P V, G_S V, G_Q V and VᵀW_S V; their relative errors are the tolerance that the steps were chosen for.</returns>
    /// <exception cref="ArgumentException">V has another number of rows.</exception>
    public static BlockTransport Carry(FlowSweep sweep, in MatrixView block, CancellationToken cancellation = default)
    {
        var products = FlowSweep.Given(sweep).Products;
        int n = products.TrainSize, m = products.TestSize, c = block.Columns;
        if (block.Rows != n) throw new ArgumentException($"The block has {block.Rows} rows, expected {n}.", nameof(block));
        MatrixView x = Buffers.Zero(n, c), train = Buffers.Zero(n, c), test = Buffers.Zero(m, c), product = Buffers.Zero(n, c), image = Buffers.Zero(m, c);
        MatrixView dissipated = Buffers.Zero(c, c);
        block.CopyTo(x);
        List<double[]> knots = [x.Column(0).ToArray()];
        List<int> steps = [];
        var all = sweep.Steps.Steps;
        for (int first = 0; first < all.Count; first += steps[^1])
        {
            cancellation.ThrowIfCancellationRequested();
            int last = first;
            while (last < all.Count && all[last].Interval == all[first].Interval) last++;
            sweep.Forward(x, first, last, (int k, in MatrixView y) =>
            {
                sweep.BothAt(k, y, product, image);
                SweepRates.Add(1, product, train);
                SweepRates.Add(1, image, test);
                sweep.Backend.Gemm(Op.Transpose, Op.None, 1, y, product, 1, dissipated);
            });
            steps.Add(last - first);
            knots.Add(x.Column(0).ToArray());
        }
        double tolerance = sweep.Steps.Tolerance;
        return new BlockTransport(x.ToMatrix(), train.ToMatrix(), test.ToMatrix(), dissipated.ToMatrix(), new IntegrationError(tolerance, tolerance, tolerance),
            new SolveReport(sweep.Scheme.Name, all.Count(s => s.Length > 0), 0, 1)) { FirstAtKnots = knots, StepsPerInterval = steps };
    }
}
