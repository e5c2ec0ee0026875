using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The keys of the order of filling and of late generalisation.</summary>
internal static class OrderSchemas
{
    /// <summary>A checkpoint with its step and time.</summary>
    public static readonly Schema<MarkedCheckpoint> Mark = new(s =>
    {
        var (checkpoint, step) = (s.Add("checkpoint", Whole, x => x.Checkpoint), s.Add("step", Long, x => x.Step));
        var time = s.Add("time", Number, x => x.Time);
        return json => new MarkedCheckpoint(checkpoint[json], step[json], time[json]);
    });

    private static readonly Schema<FilledSpace> s_space = new(s =>
    {
        var (time, dimension) = (s.Add("time", Number, x => x.Time), s.Add("dimension", Whole, x => x.Dimension));
        var (start, mean) = (s.Add("withStart", Number, x => x.WithStart), s.Add("withMean", Number, x => x.WithMean));
        var (end, chance) = (s.Add("withEnd", Number, x => x.WithEnd), s.Add("chance", Number, x => x.Chance));
        return json => new FilledSpace(time[json], dimension[json], start[json], mean[json], end[json], chance[json]);
    });

    /// <summary>The key "orderOfFilling".</summary>
    public static readonly Schema<OrderOfFilling> Order = new(s =>
    {
        var (values, times) = (s.Add("kernelEigenvalues", Numbers, o => o.KernelEigenvalues), s.Add("fillingTimes", Numbers, o => o.FillingTimes));
        var (modes, correlation) = (s.Add("modes", Whole, o => o.Modes), s.Add("rankCorrelation", KnownNumber, o => o.RankCorrelation));
        var (filled, overlaps) = (s.Add("filled", Text, o => o.Filled), s.Add("overlaps", s_space.Rows, o => o.Overlaps));
        return json => new OrderOfFilling
        {
            KernelEigenvalues = values[json], FillingTimes = times[json], Modes = modes[json], RankCorrelation = correlation[json], Filled = filled[json],
            Overlaps = overlaps[json],
        };
    });

    private static readonly Schema<CleanPoint> s_point = new(s =>
    {
        var (time, share) = (s.Add("time", Number, p => p.Time), s.Add("signalShare", Number, p => p.SignalShare));
        var dissipated = s.Add("dissipated", NumberOr("not a fraction: see spectrum"), p => p.Dissipated);
        var movement = s.Add("testMovement", Number, p => p.TestMovement);
        return json => new CleanPoint(time[json], share[json], dissipated[json], movement[json]);
    });

    /// <summary>The key "grokking".</summary>
    public static readonly Schema<Grokking> Grokking = new(s =>
    {
        var (fitted, then) = (s.Add("fitted", Mark.Object, g => g.Fitted), s.Add("movementThen", Number, g => g.MovementThen));
        var (end, gained) = (s.Add("movementAtEnd", Number, g => g.MovementAtEnd), s.Add("gained", Number, g => g.Gained));
        var accuracyThen = s.Add("testAccuracyThen", KnownNumber, g => g.TestAccuracyThen);
        var accuracyAtEnd = s.Add("testAccuracyAtEnd", KnownNumber, g => g.TestAccuracyAtEnd);
        var points = s.Add("points", s_point.Rows, g => g.Points);
        return json => new Grokking
        {
            Fitted = fitted[json], MovementThen = then[json], MovementAtEnd = end[json], Gained = gained[json], TestAccuracyThen = accuracyThen[json],
            TestAccuracyAtEnd = accuracyAtEnd[json], Points = points[json],
        };
    });
}
