using System.Globalization;

namespace KernelFlow.Cli;

/// <summary>How long the work still takes: the time that was forecast for each stage, corrected by how fast the work has gone so far.</summary>
/// <param name="plan">What is to be done.</param>
internal sealed class RemainingTime(WorkPlan plan)
{
    // Earlier than this what was observed tells nothing by itself.
    private const double FirstShare = 0.02, FirstSeconds = 1;

    private (double Elapsed, double Done)? _first;
    private double _left = double.NaN, _at;

    /// <summary>Takes what the work reports. Stages that the plan does not have change nothing.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="fraction">Share of it that is done.</param>
    /// <param name="elapsed">Seconds since the beginning.</param>
    public void Report(string stage, double fraction, double elapsed)
    {
        if (Done(stage, Math.Clamp(fraction, 0, 1)) is not { } done) return;
        // What went before the first report, such as a training that only looks for checkpoints, is not in the plan.
        var (start, begun) = _first ??= (elapsed, done);
        double total = plan.Stages.Sum(s => s.Seconds), trusted = plan.Trust * total;
        if (plan.Trust == 0 && (elapsed - start < FirstSeconds || done - begun < FirstShare * total)) return;
        (_left, _at) = (Math.Max(0, total - done) * (elapsed - start + trusted) / (done - begun + trusted), elapsed);
    }

    /// <summary>Seconds that are left; null while nothing is known.</summary>
    /// <param name="elapsed">Seconds since the beginning.</param>
    public double? At(double elapsed) => double.IsNaN(_left) ? null : Math.Max(0, _left - (elapsed - _at));

    /// <summary>As it is shown: to two figures at most, because it is no better known; empty while nothing is known.</summary>
    /// <param name="elapsed">Seconds since the beginning.</param>
    public string Text(double elapsed) => At(elapsed) switch
    {
        null => "",
        < 1 => "a moment left",
        < 100 and var left => string.Create(CultureInfo.InvariantCulture, $"about {Rounded(left):0} s left"),
        < 5400 and var left => string.Create(CultureInfo.InvariantCulture, $"about {left / 60:0} min left"),
        var left => string.Create(CultureInfo.InvariantCulture, $"about {left / 3600:0.0} h left"),
    };

    // Whole seconds below ten, steps of five above: a figure that jumps about says less.
    private static double Rounded(double seconds) => seconds < 10 ? Math.Ceiling(seconds) : 5 * Math.Ceiling(seconds / 5);

    /// <summary>A time to two figures, in the unit that suits it.</summary>
    public static string Span(double seconds) => seconds switch
    {
        < 100 => $"{Files.NumberText.Short(seconds, 2)} s",
        < 5400 => $"{Files.NumberText.Short(seconds / 60, 2)} min",
        < 2 * 86400 => $"{Files.NumberText.Short(seconds / 3600, 2)} h",
        _ => $"{Files.NumberText.Short(seconds / 86400, 2)} days",
    };

    private double? Done(string stage, double fraction)
    {
        double before = 0;
        foreach (var (name, seconds) in plan.Stages)
        {
            if (name == stage) return before + fraction * seconds;
            before += seconds;
        }
        return null;
    }
}
