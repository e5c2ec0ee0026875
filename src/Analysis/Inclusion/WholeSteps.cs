using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>An integration with one step in every interval, or two cheap ones, whose errors are those of a few random vectors beside the same vectors carried
/// by products.</summary>
/// <remarks>Where so little accuracy is asked for that these steps are good enough, this costs a fraction of error control, which takes the halves of every
/// step for all columns. The vectors show first what a method would be off by: one of low order, with a single factorization and a single node in a step, where
/// that will do.</remarks>
internal static class WholeSteps
{
    private const int Purpose = 20261127;

    // Eight vectors tell a norm to a quarter of itself at worst (one standard deviation, a defect of rank one); what they are compared with is asked to be off
    // by a tenth of what is allowed, and is off by far less as a rule.
    private const double OfDistance = 1.5, OfCarry = 0.1;

    // Two of them still cost less than a step of the partner: at N = 300 and 22 intervals 450 N³ beside 540, with what the vectors cost.
    private const int MostMidpoints = 2;

    // Halves are off by half as much at most where a step is long, and by far less elsewhere.
    private const double OfHalves = 2;

    /// <summary>The operators by the midpoint rule or by the method of the options; null where the steps are too long for both. Whether their errors are
    /// distances to vectors carried by other means.</summary>
    /// <param name="trajectory">What is integrated.</param>
    /// <param name="midpoint">Whether the midpoint rule may do it.</param>
    /// <param name="known">A carry of random vectors that is there already; taken where it is good enough.</param>
    /// <param name="options">Method, tolerance and seed.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static (Propagation Operators, bool Measured)? Run(KernelTrajectory trajectory, bool midpoint, SecondCarry? known, PropagationOptions options,
        Backend backend, CancellationToken cancellation)
    {
        var (v, carried) = Carried(trajectory, known, options, backend, cancellation);
        IntegrationError Error(int steps, Func<int, BlockTransport> by) =>
            carried is null ? Distance(by(steps), by(2 * steps), OfHalves) : Distance(by(steps), carried, OfDistance);
        for (int steps = 1; midpoint && steps <= MostMidpoints; steps++)
        {
            var error = Error(steps, count => MidpointRule.Carry(trajectory, v, count, backend, cancellation).Transport);
            if (!(error.Largest <= options.RelativeTolerance)) continue;
            var (columns, nodes) = MidpointRule.Carry(trajectory, null, steps, backend, cancellation);
            return (new Propagation
            {
                P = columns.End, W_S = columns.Dissipated, G_S = columns.Train, G_Q = columns.Test, Nodes = nodes, Error = error,
                StepsPerInterval = columns.StepsPerInterval, Transported = [], IntervalTransported = [], Report = columns.Report,
            }, carried is not null);
        }
        var second = Error(1, count => FlowIntegrator.Transport(trajectory, v, options with { FixedSteps = count }, backend, cancellation));
        if (!(second.Largest <= options.RelativeTolerance)) return null;
        var p = FlowIntegrator.Integrate(trajectory, options with { FixedSteps = 1 }, backend, cancellation: cancellation);
        return (new Propagation
        {
            P = p.P, W_S = p.W_S, G_S = p.G_S, G_Q = p.G_Q, Nodes = p.Nodes, Steps = p.Steps, StepsPerInterval = p.StepsPerInterval, Transported = [],
            IntervalTransported = [], Error = second, Report = p.Report,
        }, carried is not null);
    }

    // Random vectors, and what became of them by other means than steps; null where they have to be compared with steps of half the length.
    private static (MatrixView V, BlockTransport? Carried) Carried(KernelTrajectory trajectory, SecondCarry? known, PropagationOptions options,
        Backend backend, CancellationToken cancellation)
    {
        double tolerance = OfCarry * options.RelativeTolerance;
        if (known?.RandomVectors is { } there && there.Transport.Error.Largest <= tolerance) return there;
        MatrixView v = new DenseMatrix(trajectory.TrainSize, SecondCarry.Probes);
        var random = Seeds.Generator(Purpose, options.Seed);
        foreach (ref double x in v.Array.AsSpan()) x = random.Next(2) == 0 ? -1 : 1;
        return (v, ColumnFlow.TryCarry([new ColumnStart(trajectory, v)], tolerance, backend, cancellation)?[0]);
    }

    /// <summary>Relative errors of the first from its distance to the second, which is off by less.</summary>
    private static IntegrationError Distance(BlockTransport steps, BlockTransport better, double factor)
    {
        double Of(in MatrixView a, in MatrixView b) => factor * Tolerances.Relative(MatrixNorms.Distance(a, b), MatrixNorms.Frobenius(b));
        return new IntegrationError(Of(steps.End, better.End),
            factor * Tolerances.Relative(OffDiagonal(steps.Dissipated, better.Dissipated, -1), OffDiagonal(better.Dissipated, better.Dissipated, 0)),
            Math.Max(Of(steps.Train, better.Train), Of(steps.Test, better.Test)));
    }

    // (uᵀDv)² over pairs of different vectors has the mean ‖D‖_F².
    private static double OffDiagonal(in MatrixView a, in MatrixView b, double factor)
    {
        double sum = 0;
        for (int i = 0; i < b.Columns; i++)
            for (int j = 0; j < i; j++) sum += Math.Pow(a[i, j] + factor * b[i, j] + a[j, i] + factor * b[j, i], 2);
        return Math.Sqrt(sum);
    }
}
