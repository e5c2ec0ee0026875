using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>Intervals of recorded steps of plain gradient descent, with weight decay or without it: the recursion from one checkpoint to the next, from the
/// identity.</summary>
/// <remarks>Nothing is integrated, so that composed operators are those of the recursion in one piece but for rounding. What goes from step to step and is
/// no operator (z, the estimate of the quadrature, the loss) is carried through the window as vectors, without the composition.</remarks>
internal static class StepIntervals
{
    // Intervals of single steps are many: what does not fit is computed again where there is no cache.
    private const double MostHeldBytes = 1e9;

    /// <summary>Where every step was recorded: an interval is one step.</summary>
    public static IntervalSource Exact(AnalysisInput input)
    {
        var (run, cache) = (input.Checkpoints, input.Cache);
        var options = ExactDescentModel.Options(input) with { FailingIntervals = new HashSet<int>() };
        return Source(input, k => cache!.Key("step", ("steps", cache.Steps), cache.Fact(k), cache.Fact(k + 1)), (k, stop) =>
        {
            var part = run.Subset([k, k + 1]);
            return Of(DescentRecursion.Run(part, OutputRecord.Read(part), options, input.Backend, cancellation: stop));
        });
    }

    /// <summary>Steps on an interpolant between sparser checkpoints.</summary>
    public static IntervalSource OnInterpolant(AnalysisInput input, InterpolatedTrajectory trajectory)
    {
        var cache = input.Cache;
        int[] steps = InterpolatedDescentKernels.StepOfCheckpoint(input.Checkpoints);
        var all = new InterpolatedDescentKernels(trajectory, input.Checkpoints);
        return Source(input, k => IntervalSource.KeyOnTrajectory(cache!, trajectory, "steps", k, ("steps", cache!.Steps)), (k, stop) =>
            Of(DescentRecursion.Run(all.Part(steps[k], steps[k + 1] - steps[k]), input.Backend, new CarriedVectors(), null, input.Options.Seed,
                cancellation: stop)));
    }

    /// <summary>One column of length 1: the block beside which the recursion tells what it sees of the steps.</summary>
    public static MatrixView Probe(AnalysisInput input)
    {
        double[] column = new double[input.TrainSize];
        Array.Fill(column, 1 / Math.Sqrt(column.Length));
        return new MatrixView(column, column.Length, 1);
    }

    /// <summary>The operators of the window with the vectors that are wanted of them.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="intervals">The intervals.</param>
    /// <param name="seen">What vectors saw of the steps.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between intervals.</param>
    public static (Propagation Operators, DescentRecord Record) Compose(AnalysisInput input, IntervalSource intervals, DescentSteps seen,
        Action<double> progress, CancellationToken cancellation)
    {
        var composition = new Composition(input.Backend);
        var carried = new CarriedVectors(input.StartGradient, input.Outputs.Gradients) { KeepGramianAt = input.KeptOnTheWay, RespondTo = input.RespondTo };
        var operators = ComposedWindow.Of(intervals, 0, intervals.Count, carried, input.Backend, progress, composition, cancellation);
        var parts = composition.Recorded!;
        return (operators, new DescentRecord
        {
            Optimizer = seen.Optimizer, Quadrature = seen.Quadrature, Z = seen.Z, StabilityEdge = seen.StabilityEdge, Amplification = seen.Amplification,
            PeakPropagator = composition.Peak, PredictedLossChange = seen.PredictedLossChange, Residuals = seen.Residuals, Residual = seen.Residual,
            Estimate = seen.Estimate, Forced = parts.Drift is { } drift ? (drift.Train, drift.Test) : null, TestKernelIntegral = parts.Response,
            ResponseBound = Largest(parts.Response, input.Backend), MotionIntegral = parts.Motion, MotionBound = Largest(parts.Motion, input.Backend),
            HasTestKernel = parts.HasTestKernel, Epsilon = parts.Epsilon,
        });
    }

    /// <summary>The largest eigenvalue of a symmetric matrix, which stays as it is.</summary>
    public static double Largest(DenseMatrix a, Backend backend) => SymmetricEigenvalues.Largest(((MatrixView)a).ToMatrix(), backend);

    private static IntervalSource Source(AnalysisInput input, Func<int, Cache.CacheKey> key, Func<int, CancellationToken, IntervalOperators> compute)
    {
        int n = input.TrainSize, m = input.Checkpoints.TestSize, count = input.Checkpoints.Count - 1;
        double bytes = 8.0 * count * (4.0 * n * n + (double)m * n + (double)m * m);
        return new IntervalSource(count, (n, m), input.Cache, key, compute) { Hold = input.Options.Windows.Count > 0 && bytes <= MostHeldBytes };
    }

    private static IntervalOperators Of(DescentResult result)
    {
        var (operators, record) = result;
        return IntervalOperators.Of(operators) with
        {
            Recorded = new StepParts(record.TestKernelIntegral, record.MotionIntegral, record.HasTestKernel, record.Epsilon)
            {
                Drift = record.Forced is { } forced ? new Drift(Moved(operators), forced.Train, forced.Test) : null,
            },
        };
    }

    // What is carried of g has the part of the decay in it, P g has not.
    private static double[] Moved(Propagation operators) =>
        VectorMath.Subtract(operators.Transported[^1], VectorMath.Multiply(1, operators.P, operators.Transported[0]));
}
