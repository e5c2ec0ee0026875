using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Intervals;

/// <summary>The second integration interval by interval: the other method on its own grid in each, and the window composed of them.</summary>
/// <remarks>It shares the composition with the main one, and nothing else. What is wrong with the composition shows in C6 and C10, whose vectors are carried
/// through the window in one piece.</remarks>
internal static class SecondByInterval
{
    // As for a window in one piece: above this tolerance one step may be enough, and for matrices this large it costs less than error control.
    private const double Loose = 1e-3, Worth = 1e7;
    private const double Share = 1;

    /// <summary>Integrates and composes.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="trajectory">What both integrate.</param>
    /// <param name="asked">The other method, the tolerance of the window, and the seed.</param>
    /// <param name="midpoints">Whether the midpoint rule may do it.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static Propagation Run(AnalysisInput input, KernelTrajectory trajectory, PropagationOptions asked, bool midpoints, CancellationToken cancellation)
    {
        var source = Source(input, trajectory, asked, midpoints);
        Propagation Compose() => ComposedWindow.Of(source, 0, source.Count, new CarriedVectors(), input.Backend, null, cancellation);
        return input.Cache is { } cache ? StoredPropagation.Of(cache, source, new CarriedVectors(), Compose) : Compose();
    }

    /// <summary>The intervals that it is composed of.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="trajectory">What both integrate.</param>
    /// <param name="asked">The other method, the tolerance of the window, and the seed.</param>
    /// <param name="midpoints">Whether the midpoint rule may do it.</param>
    public static IntervalSource Source(AnalysisInput input, KernelTrajectory trajectory, PropagationOptions asked, bool midpoints)
    {
        var options = asked with { RelativeTolerance = Share * asked.RelativeTolerance };
        bool whole = options.RelativeTolerance >= Loose && Math.Pow(trajectory.TrainSize, 3) >= Worth;
        Propagation One(KernelTrajectory interval, CancellationToken stop) =>
            (whole ? WholeSteps.Run(interval, midpoints, null, options, input.Backend, stop)?.Operators : null)
                ?? FlowIntegrator.Integrate(interval, options, input.Backend, cancellation: stop);
        return IntervalSource.OfFlow(trajectory, input.Cache, whole && midpoints ? "second-midpoint" : whole ? "second-whole" : "second", options,
            (interval, stop) => IntervalOperators.Of(One(interval, stop)));
    }
}
