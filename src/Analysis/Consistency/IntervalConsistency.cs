namespace KernelFlow.Analysis.Consistency;

/// <summary>What the single intervals of a recording say about it: the numbers behind claims R5 to R10, and which intervals are to be believed.</summary>
/// <remarks>Limits were chosen on development trainings (docs/theory/consistency.md): honest ones stay below them.</remarks>
internal sealed class IntervalConsistency
{
    /// <summary>The quantile of s over intervals that is judged: a few intervals with kinks inside do not decide.</summary>
    public const double Share = 0.75;

    /// <summary>Fewer intervals that say something are no sample.</summary>
    public const int FewestIntervals = 6;

    private const int FewOutputs = 8;

    // One checkpoint in so many must tell something for leave-one-out to be judged.
    private const int FewestShare = 4;

    /// <summary>ρ of a checkpoint, above which its Jacobian is worse than none.</summary>
    public const double LeftOutLimit = 20;

    /// <summary>Share of the window's length above which failing intervals speak against the whole recording.</summary>
    public const double LargestFailingShare = 0.25;

    /// <summary>The limit of every single step that was predicted by Simpson's rule: where J jumps inside a step, it is off by as much as it differs from the
    /// trapezium, for each jump.</summary>
    public const double MidpointLimit = 3;

    private const double StepLimit = 2, IntervalLimit = 12, StepScale = 2, IntervalScale = 5, SingleFactor = 2, Order = 3, SmallestMove = 0.3, OneSideFactor = 4,
        RoughFactor = 2.5;

    private readonly IntervalRecord _record;

    /// <summary>Judges a record.</summary>
    public IntervalConsistency(IntervalRecord record)
    {
        _record = record;
        Train = new JudgedSide([.. record.Intervals.Select(i => Shared(i.Train, i.Test))], record.Lengths, record.Midpoints);
        Test = new JudgedSide([.. record.Intervals.Select(i => Shared(i.Test, i.Train))], record.Lengths, record.Midpoints);
        LeftOut = [.. record.LeftOut.Select(Ratio)];
        // Where hardly any checkpoint is told apart from none, the one that is stands out by chance.
        int telling = LeftOut.Count(c => c.Ratio is not null);
        if (telling < Math.Max(FewestIntervals, LeftOut.Count / FewestShare)) LeftOut = [.. LeftOut.Select(c => (c.Checkpoint, (double?)null))];
        FailingIntervals = Failing();
        FailingShare = ShareOf(FailingIntervals);
    }

    /// <summary>The training outputs.</summary>
    public JudgedSide Train { get; }

    /// <summary>The test outputs.</summary>
    public JudgedSide Test { get; }

    /// <summary>ρ by checkpoint, the smaller of train and test or a quarter of the larger; null where it says nothing.</summary>
    public IReadOnlyList<(int Checkpoint, double? Ratio)> LeftOut { get; }

    /// <summary>Whether steps were predicted by Simpson's rule with recorded midpoints.</summary>
    public bool Midpoints => _record.Midpoints;

    /// <summary>The limit of the quantile of s.</summary>
    public double QuantileLimit => Midpoints ? StepLimit : IntervalLimit * Kinks;

    /// <summary>By how many times what their budgets allow a regression factor may be off.</summary>
    public double ScaleLimit => Midpoints ? StepScale : IntervalScale * Kinks;

    // Steps may slide along a kink of J: then they go by a mean of its two sides, of which a checkpoint shows one.
    // Few outputs do not show whether J has kinks.
    private double Kinks => Math.Max(Train.Roughness, Test.Roughness) > 1 || Train.Outputs <= FewOutputs ? RoughFactor : 1;

    /// <summary>The limit of a single interval.</summary>
    public double SingleLimit => SingleFactor * QuantileLimit;

    /// <summary>The intervals that fail by their own statistic, train or test, or because the Jacobian at one of their ends is worse than none.</summary>
    public IReadOnlySet<int> FailingIntervals { get; }

    /// <summary>Their share of the window's length.</summary>
    public double FailingShare { get; }

    /// <summary>What is judged of a side: the quantile of s over intervals, or the part of a single interval's limit that two neighbours both reach, or that
    /// intervals of a quarter of the window reach.</summary>
    public double Statistic(JudgedSide side)
    {
        double lasting = ShareOf(side.Failing(SingleLimit)) >= LargestFailingShare ? side.LargestOfAll / SingleFactor : 0;
        return Math.Max(Math.Max(side.Quantile(Share), side.Pair() / SingleFactor), lasting);
    }

    /// <summary>The largest s of a step that is not the only one around: of the training and test outputs in it and in the next, the second largest.
    /// A kink is in
    /// one output of one step.</summary>
    public (double Statistic, int Step) Largest()
    {
        (double, int) largest = (0, 0);
        for (int k = 0; k < Train.Intervals; k++)
        {
            double?[] around = k + 1 < Train.Intervals ? [Train.Statistics[k], Test.Statistics[k], Train.Statistics[k + 1], Test.Statistics[k + 1]]
                : [Train.Statistics[k], Test.Statistics[k]];
            double second = around.Select(s => s ?? 0).OrderDescending().ElementAt(1);
            if (second <= largest.Item1) continue;
            largest = (second, k + 1 < Train.Intervals && Math.Max(around[2] ?? 0, around[3] ?? 0) > Math.Max(around[0] ?? 0, around[1] ?? 0) ? k + 1 : k);
        }
        return largest;
    }

    /// <summary>Why the recording as a whole contradicts itself; null when it does not.</summary>
    public string? InconsistentReason => FailingShare >= LargestFailingShare
            ? FormattableString.Invariant($"in {FailingIntervals.Count} of {_record.Intervals.Count} intervals, {FailingShare:P0} of the window, ")
                + "the recorded outputs do not move as the recorded kernels say"
        : Contradicts(Train, "training") ?? Contradicts(Test, "test");

    /// <summary>The share of the window's length that some intervals have.</summary>
    public double ShareOf(IEnumerable<int> intervals) => intervals.Sum(k => _record.Lengths[k]) / _record.Lengths.Sum();

    /// <summary>Whether a side has enough intervals to be judged.</summary>
    public static bool Judged(JudgedSide side) => side.Count >= FewestIntervals;

    private string? Contradicts(JudgedSide side, string name)
    {
        if (!Judged(side)) return null;
        if (Statistic(side) > QuantileLimit) return $"most intervals move the {name} outputs otherwise than the recorded kernels say";
        var (factor, allowance, _) = side.Regression();
        return Math.Abs(factor - 1) > ScaleLimit * allowance
            ? FormattableString.Invariant($"the {name} outputs move {factor:G4} times as far as the recorded kernels say") : null;
    }

    // A side of few outputs has at least the relative differences of the other: what bends the Jacobians of both may cancel in it.
    private SideComparison Shared(SideComparison side, SideComparison other) =>
        !_record.Midpoints && side.Outputs is > 0 and <= FewOutputs && other.PredictedSquare > 0 && other.IsFinite
            ? side with { Second = Math.Max(side.Second, other.Scale * Math.Sqrt(side.PredictedSquare / other.PredictedSquare)) } : side;

    // Where the error without J_k happens to vanish, checkpoints two away tell what it usually is; the nearest ones need J_k.
    private (int, double?) Ratio(LeftOutCheckpoint c)
    {
        int k = c.Checkpoint;
        double? Side(JudgedSide judged, Func<LeftOutCheckpoint, LeftOutSide> side, Func<IntervalComparison, SideComparison> interval)
        {
            // Where most intervals cannot be predicted, one that can is so by chance.
            if (2 * judged.Count < judged.Intervals) return null;
            double Usual(int i) => i >= 0 && i < _record.LeftOut.Count && double.IsFinite(side(_record.LeftOut[i]).Without)
                ? side(_record.LeftOut[i]).Without * Math.Min(1, Math.Pow(Around(k) / Around(_record.LeftOut[i].Checkpoint), Order)) : 0;
            double usual = Math.Max(Usual(k - 3), Usual(k + 1));
            if (!Resolved(k - 3, interval) || !Resolved(k + 2, interval)) return null;
            var (before, after) = (interval(_record.Intervals[k - 1]), interval(_record.Intervals[k]));
            // Steps that go forth and back leave nothing to compare over both.
            return side(c).Recorded < SmallestMove * (before.Recorded + after.Recorded) ? null : side(c).Ratio(usual + before.Floor + after.Floor);
        }
        double? train = Side(Train, l => l.Train, i => i.Train), test = Side(Test, l => l.Test, i => i.Test);
        double? larger = train > test || test is null ? train : test, smaller = train > test || test is null ? test : train;
        // A kink is on one side; the Jacobian of a checkpoint that is wrong moves both, or one of them by far.
        return (k, larger is null ? null : Math.Max(smaller ?? 0, larger.Value / OneSideFactor));
    }

    // The nearest intervals that do not know J_k must be predictable, otherwise nothing is to be expected of those beside it.
    private bool Resolved(int k, Func<IntervalComparison, SideComparison> interval)
    {
        if (k < 0 || k >= _record.Intervals.Count) return true;
        var side = interval(_record.Intervals[k]);
        return side.IsFinite && side.Budget < JudgedSide.LargestBudget * Math.Sqrt(side.PredictedSquare);
    }

    private double Around(int k) => _record.Lengths[k - 1] + _record.Lengths[k];

    // Too few intervals are no sample for a limit, and decide nothing.
    private HashSet<int> Failing() =>
    [
        .. Judged(Train) ? Train.Failing(SingleLimit) : [], .. Judged(Test) ? Test.Failing(SingleLimit) : [],
        .. LeftOut.Where(c => c.Ratio > LeftOutLimit).SelectMany(c => new[] { c.Checkpoint - 1, c.Checkpoint }),
    ];
}
