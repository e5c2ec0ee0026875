using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>An integration with one step in every interval, whose errors are those of a few random vectors beside the same vectors carried by
/// products.</summary>
/// <remarks>Where so little accuracy is asked for that these steps are good enough, this costs a fraction of error control, which takes the halves of every
/// step for all columns. The vectors show first what a method would be off by: one of low order, with a single factorization and a single node in a step, where
/// that will do.</remarks>
internal static class WholeSteps
{
    private const int Probes = 8, Purpose = 20261127;

    // Eight vectors tell a norm to a quarter of itself at worst (one standard deviation, a defect of rank one); what they are compared with is asked to be off
    // by a tenth of what is allowed, and is off by far less as a rule.
    private const double OfDistance = 1.5, OfCarry = 0.1;

    // Halves are off by half as much at most where a step is long, and by far less elsewhere.
    private const double OfHalves = 2;

    /// <summary>The operators by the first of some methods that is good enough; null where the steps are too long for all of them.</summary>
    /// <param name="trajectory">What is integrated.</param>
    /// <param name="methods">The methods, cheapest first.</param>
    /// <param name="options">Tolerance and seed.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static Propagation? Run(KernelTrajectory trajectory, IReadOnlyList<IntegrationMethod> methods, PropagationOptions options, Backend backend,
        CancellationToken cancellation)
    {
        MatrixView v = new DenseMatrix(trajectory.TrainSize, Probes);
        var random = Seeds.Generator(Purpose, options.Seed);
        foreach (ref double x in v.Array.AsSpan()) x = random.Next(2) == 0 ? -1 : 1;
        var carried = ColumnFlow.TryCarry([new ColumnStart(trajectory, v)], OfCarry * options.RelativeTolerance, backend, cancellation)?[0];
        foreach (var method in methods)
        {
            // W by quadrature, also where it would follow from P as that of the main integration does.
            var steps = options with { Method = method, FixedSteps = 1, SumsOverNodes = true };
            BlockTransport Carry(int count) => FlowIntegrator.Transport(trajectory, v, steps with { FixedSteps = count }, backend, cancellation);
            var error = carried is null ? Error(Carry(1), Carry(2), OfHalves) : Error(Carry(1), carried, OfDistance);
            if (!(error.Largest <= options.RelativeTolerance)) continue;
            var p = FlowIntegrator.Integrate(trajectory, steps, backend, cancellation: cancellation);
            return new Propagation
            {
                P = p.P, W_S = p.W_S, G_S = p.G_S, G_Q = p.G_Q, Nodes = p.Nodes, Steps = p.Steps, StepsPerInterval = p.StepsPerInterval, Transported = [],
                IntervalTransported = [], Error = error, Report = p.Report,
            };
        }
        return null;
    }

    /// <summary>Relative errors of the first from its distance to the second, which is off by less.</summary>
    private static IntegrationError Error(BlockTransport steps, BlockTransport better, double factor)
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
        for (int i = 0; i < Probes; i++)
            for (int j = 0; j < i; j++) sum += Math.Pow(a[i, j] + factor * b[i, j] + a[j, i] + factor * b[j, i], 2);
        return Math.Sqrt(sum);
    }
}
