using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>An integration with one step in every interval, whose errors are those of a few random vectors beside steps of half the length.</summary>
/// <remarks>Where so little accuracy is asked for that these steps are good enough, this costs less than half of error control, which takes the halves of every
/// step for all columns.</remarks>
internal static class WholeSteps
{
    private const int Probes = 8, Purpose = 20261127;

    // Halves are off by half as much at most where a step is long, and by far less elsewhere.
    private const double OfDifference = 2;

    /// <summary>The operators; null where the steps are too long for the tolerance.</summary>
    /// <param name="trajectory">What is integrated.</param>
    /// <param name="options">Method, tolerance and seed.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static Propagation? Run(KernelTrajectory trajectory, PropagationOptions options, Backend backend, CancellationToken cancellation)
    {
        int n = trajectory.TrainSize;
        MatrixView v = new DenseMatrix(n, Probes);
        var random = Seeds.Generator(Purpose, options.Seed);
        foreach (ref double x in v.Array.AsSpan()) x = random.Next(2) == 0 ? -1 : 1;
        BlockTransport Carry(int steps) => FlowIntegrator.Transport(trajectory, v, options with { FixedSteps = steps }, backend, cancellation);
        var error = Error(Carry(1), Carry(2));
        if (!(error.Largest <= options.RelativeTolerance)) return null;
        var p = FlowIntegrator.Integrate(trajectory, options with { FixedSteps = 1 }, backend, cancellation: cancellation);
        return new Propagation
        {
            P = p.P, W_S = p.W_S, G_S = p.G_S, G_Q = p.G_Q, Nodes = p.Nodes, Steps = p.Steps, StepsPerInterval = p.StepsPerInterval, Transported = [],
            IntervalTransported = [], Error = error, Report = p.Report,
        };
    }

    /// <summary>Relative errors of the first from its distance to the second, which took steps of half the length.</summary>
    private static IntegrationError Error(BlockTransport whole, BlockTransport halves)
    {
        double Of(in MatrixView a, in MatrixView b) => OfDifference * Tolerances.Relative(MatrixNorms.Distance(a, b), MatrixNorms.Frobenius(b));
        return new IntegrationError(Of(whole.End, halves.End),
            OfDifference * Tolerances.Relative(OffDiagonal(whole.Dissipated, halves.Dissipated, -1), OffDiagonal(halves.Dissipated, halves.Dissipated, 0)),
            Math.Max(Of(whole.Train, halves.Train), Of(whole.Test, halves.Test)));
    }

    // (uᵀDv)² over pairs of different vectors has the mean ‖D‖_F².
    private static double OffDiagonal(in MatrixView a, in MatrixView b, double factor)
    {
        double sum = 0;
        for (int i = 0; i < Probes; i++)
            for (int j = 0; j < i; j++) sum += Math.Pow(a[i, j] + factor * b[i, j] + a[j, i] + factor * b[j, i], 2);
        return Math.Sqrt(sum);
    }
}
