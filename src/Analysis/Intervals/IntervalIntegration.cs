using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Intervals;

/// <summary>The main integration, interval by interval: each on its own from the identity, and the window composed of them.</summary>
/// <remarks>
/// What an interval is asked for must not depend on how many there are, or one more checkpoint would change all of them. Each gets a fixed share of the
/// tolerance; what their errors come to is estimated for the window (<see cref="ComposedErrors"/>), and where that is more than was asked for, all are
/// formed once more on the next rung of a ladder of tenths, which is as fixed.
/// </remarks>
internal static class IntervalIntegration
{
    /// <summary>What the intervals' entries in a cache are called.</summary>
    public const string Kind = "interval";

    // Errors of an interval are damped by those after it, so that those of the last one or two are what is left (docs/windows.md).
    private const double Share = 1, Rung = 0.1;
    private const int Rungs = 4;

    // As the choice for a whole run of many intervals; stiffness cannot enter, since another interval may have more of it.
    private const double HighOrder = 5e-7;

    /// <summary>The method for every interval, and for "auto" why.</summary>
    public static (IntegrationMethod Method, string? Reason) Resolve(PropagationOptions options) => options.Method.Method is { } given ? (given, null)
        : options.RelativeTolerance >= HighOrder
            ? (Methods.Gauss4, "by interval, order 4: cheapest to this tolerance; the same for every interval, whatever its stiffness")
            : (Methods.Gauss6, "by interval, order 6: fewest steps to this tolerance; the same for every interval, whatever its stiffness");

    /// <summary>Integrates the intervals and composes the window.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="trajectory">What is integrated.</param>
    /// <param name="options">Method, tolerance and seed.</param>
    /// <param name="carried">Vectors to carry and Gramians to keep.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    /// <returns>The operators, and the intervals they were composed of.</returns>
    /// <exception cref="NumericalException">The tolerance cannot be had.</exception>
    public static (Propagation Operators, IntervalSource Intervals) Run(AnalysisInput input, KernelTrajectory trajectory, PropagationOptions options,
        CarriedVectors carried, Action<double>? progress, CancellationToken cancellation)
    {
        var (method, reason) = Resolve(options);
        double tolerance = Share * options.RelativeTolerance, error = double.NaN;
        for (int rung = 0; rung < Rungs; rung++, tolerance *= Rung)
        {
            var source = Source(input, trajectory, options with { Method = method, RelativeTolerance = tolerance });
            var composed = Stored(input, source, carried, progress, cancellation);
            if (composed.Error.Largest <= options.RelativeTolerance)
            {
                var report = composed.Report with { Reason = reason };
                return (ComposedWindow.With(composed, report), source);
            }
            error = composed.Error.Largest;
        }
        throw new NumericalException(FormattableString.Invariant(
            $"By interval the estimated relative error is {error:G2}, asked for {options.RelativeTolerance:G2}; ")
            + "likely cause: P is so small at the end, or the window so stiff, that this relative accuracy is below rounding. "
            + "Ask for a larger rtol or a shorter window.");
    }

    /// <summary>The intervals as the first rung asks for them.</summary>
    public static IntervalSource FirstRung(AnalysisInput input, KernelTrajectory trajectory, PropagationOptions options) => Source(input, trajectory,
        options with { Method = Resolve(options).Method, RelativeTolerance = Share * options.RelativeTolerance });

    private static IntervalSource Source(AnalysisInput input, KernelTrajectory trajectory, PropagationOptions options) =>
        IntervalSource.OfFlow(trajectory, input.Cache, Kind, options,
            (interval, stop) => IntervalOperators.Of(FlowIntegrator.Integrate(interval, options, input.Backend, cancellation: stop)),
            hold: input.Options.ScheduleOverStart || input.Options.Windows.Count > 0);

    private static Propagation Stored(AnalysisInput input, IntervalSource source, CarriedVectors carried, Action<double>? progress,
        CancellationToken cancellation)
    {
        Propagation Compose() => ComposedWindow.Of(source, 0, source.Count, carried, input.Backend, progress, cancellation);
        return input.Cache is { } cache ? StoredPropagation.Of(cache, source, carried, Compose) : Compose();
    }
}
