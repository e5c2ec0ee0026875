namespace KernelFlow.Analysis.Consistency;

/// <summary>The interval that disagrees most with what its steps should take.</summary>
/// <param name="Interval">Its index.</param>
/// <param name="Length">t_{k+1} − t_k.</param>
/// <param name="Expected">The sum of the stated rates.</param>
/// <param name="Deviation">Their relative difference.</param>
/// <param name="Limit">What it must not exceed.</param>
/// <param name="Ratio">The median of length/expected over the intervals.</param>
internal readonly record struct FlowTimeComparison(int Interval, double Length, double Expected, double Deviation, double Limit, double Ratio);

/// <summary>A checkpoint whose time is moved while all others lie on one rate.</summary>
internal readonly record struct MovedTime(int Checkpoint, double Deviation, double Limit);

/// <summary>Flow times and step numbers of a run: nothing here grows with the number of steps.</summary>
internal sealed class FlowTimes
{
    // A rate in a manifest may be typed by hand: three digits are enough there, and half a unit of the third is 5e-4 of the number.
    private const double Typed = 1e-3;

    // Rates that are one rate were added up by a program: to rounding, or to the six digits of a printed time.
    private const double Same = 1e-5;

    private const double MostIdle = 1e6, MostIdleLength = 1e-6;

    private readonly CheckpointSequence _run;
    private readonly double[] _rounding;
    private readonly double[] _rates;
    private readonly double _median;

    /// <summary>Takes the times.</summary>
    public FlowTimes(CheckpointSequence run)
    {
        _run = run;
        // Times that all are numbers of float32 were added up in it.
        bool single = run.All(c => (float)c.Time == c.Time);
        _rounding = [.. Enumerable.Range(0, Count).Select(k => (2 + Math.Sqrt(Steps(k))) * Place(run[k + 1].Time, run[k].Time, single) / Length(k))];
        _rates = [.. Enumerable.Range(0, Count).Select(k => Length(k) / Steps(k))];
        _median = Median(_rates);
    }

    /// <summary>The number of intervals.</summary>
    public int Count => _run.Count - 1;

    /// <summary>Whether all intervals have one rate.</summary>
    public bool HasOneRate => AreAll(_median, Same);

    /// <summary>The rates in words.</summary>
    public string Range => HasOneRate
        ? FormattableString.Invariant($"the rate {_median:G6}")
        : FormattableString.Invariant($"rates from {_rates.Min():G6} to {_rates.Max():G6}");

    /// <summary>Steps of interval k.</summary>
    public double Steps(int k) => Math.Max(1, (double)_run[k + 1].Step - _run[k].Step);

    /// <summary>Whether the rate of every interval is this one.</summary>
    public bool AgreesWith(double rate) => AreAll(rate, Typed);

    /// <summary>The ratio of the median rate to the stated one.</summary>
    public IReadOnlyList<ClaimFigure> Figures(double rate) => [new("ratio", _median / rate), new(WellKnownFigures.Factor, _median / rate)];

    /// <summary>Compares the first intervals with the lengths that are stated for them.</summary>
    public FlowTimeComparison Against(IReadOnlyList<double> expected)
    {
        int count = Math.Min(expected.Count, Count);
        // A step of rate 0 cannot be recorded as such; one too small to matter stands for it.
        double smallest = 1e-6 * expected.Max();
        var all = Enumerable.Range(0, count).Select(k =>
        {
            double size = Math.Max(Math.Max(expected[k], smallest), double.Epsilon);
            return (Interval: k, Deviation: Math.Abs(Length(k) - expected[k]) / size, Limit: Typed + _rounding[k] * Length(k) / size);
        }).ToArray();
        var worst = all.MaxBy(x => x.Deviation / x.Limit);
        double ratio = Median([.. Enumerable.Range(0, count).Where(k => expected[k] > smallest).Select(k => Length(k) / expected[k]).DefaultIfEmpty(1)]);
        return new FlowTimeComparison(worst.Interval, Length(worst.Interval), expected[worst.Interval], worst.Deviation, worst.Limit, ratio);
    }

    /// <summary>The checkpoint whose time is off when all intervals but the two at it have one rate, and those two together have it as well: no schedule does
    /// that.</summary>
    public MovedTime? MovedTime()
    {
        int[] off = [.. Enumerable.Range(0, Count).Where(k => !IsRate(k, _median, Same))];
        if (off.Length != 2 || off[1] != off[0] + 1 || Count < 5) return null;
        double together = (Length(off[0]) + Length(off[1])) / (Steps(off[0]) + Steps(off[1]));
        double deviation = Math.Abs(_rates[off[0]] / _median - 1), limit = Typed + _rounding[off[0]] + _rounding[off[1]];
        return Math.Abs(together / _median - 1) <= Same + _rounding[off[0]] + _rounding[off[1]] && deviation > limit
            ? new MovedTime(off[1], deviation, limit) : null;
    }

    /// <summary>An interval of more than a million steps that moved flow time by less than one of the first step's rate: no training takes so many steps of no
    /// size, so that its step number is not one.</summary>
    public FlowTimeComparison? Impossible(double rate)
    {
        int k = Enumerable.Range(0, Count).MaxBy(Steps);
        return Steps(k) > MostIdle && Length(k) < MostIdleLength * rate * Steps(k)
            ? new FlowTimeComparison(k, Length(k), rate * Steps(k), Math.Abs(_rates[k] / rate - 1), Typed, _median / rate) : null;
    }

    /// <summary>What a constant ratio points at; null where nothing does.</summary>
    public string? Hint(FlowTimeComparison compared)
    {
        double perStep = 1 / compared.Ratio;
        if (!AreAll(_median, Typed)) return null;
        bool whole = perStep > 1.5 && Math.Abs(perStep - Math.Round(perStep)) < Typed * perStep;
        if (whole) return FormattableString.Invariant($"steps may be counted in something smaller than a step, {perStep:F0} to one (examples or tokens)");
        return FormattableString.Invariant($"all times are {compared.Ratio:G4} of what the rate gives: one of the two is wrong");
    }

    private double Length(int k) => _run[k + 1].Time - _run[k].Time;

    private bool IsRate(int k, double rate, double tolerance) => Math.Abs(_rates[k] / rate - 1) <= tolerance + _rounding[k];

    private bool AreAll(double rate, double tolerance) => Enumerable.Range(0, Count).All(k => IsRate(k, rate, tolerance));

    private static double Place(double a, double b, bool single)
    {
        double largest = Math.Max(Math.Abs(a), Math.Abs(b));
        return single ? MathF.BitIncrement((float)largest) - (float)largest : Math.BitIncrement(largest) - largest;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
