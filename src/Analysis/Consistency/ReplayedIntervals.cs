using KernelFlow.Operators;

namespace KernelFlow.Analysis.Consistency;

/// <summary>Sparse recordings: each interval replayed from its recorded outputs on J linear, on J cubic and on a parabola on one side of it.</summary>
internal sealed class ReplayedIntervals
{
    // Multiplications and additions that the replays may cost together, and what a step costs besides its N² of them: a fraction of a minute in all.
    private const double MostWork = 2e10, StepOverhead = 2000;

    // z = η λ_max(BK) up to which J moves along with the outputs between two checkpoints. Nearer to the edge, 2, it swings from step to step, and its values at
    // the ends of an interval say nothing of those inside.
    private const double SteadyEdge = 1.6;

    // Once beyond the edge, a training swings on from step to step, whatever z is at the checkpoints.
    private const double Edge = 2;

    private const int RunsPerInterval = 7;

    private readonly AnalysisInput _input;
    private readonly CancellationToken _cancellation;
    private readonly IntervalReplay _replay;
    private readonly RecordedRounding _rounding;
    private readonly InterpolatedTrajectory _linear, _cubic, _parabolic;
    private readonly double _mostSteps;
    private readonly IReadOnlyList<double> _sharpness;
    private readonly int _unsteady;

    private ReplayedIntervals(AnalysisInput input, CancellationToken cancellation)
    {
        (_input, _cancellation) = (input, cancellation);
        _replay = new IntervalReplay(input.Checkpoints.Loss, input.TrainSize, input.Checkpoints.TestSize);
        _rounding = new RecordedRounding(input);
        int[] all = input.AllCheckpoints;
        (_linear, _cubic, _parabolic) = (input.Kernels.Linear(all), input.Kernels.Cubic(all), input.Kernels.Parabolic(all));
        _sharpness = input.Sharpness;
        _unsteady = Array.FindIndex(all, k => Rate(Math.Min(k, all.Length - 2)) * _sharpness[k] > Edge);
        if (_unsteady < 0) _unsteady = int.MaxValue;
        double perStep = (double)input.TrainSize * input.TrainSize + StepOverhead;
        _mostSteps = MostWork / (RunsPerInterval * perStep * (all.Length - 1));
    }

    /// <summary>Replays all intervals.</summary>
    public static IntervalRecord Compare(AnalysisInput input, CancellationToken cancellation)
    {
        var intervals = new ReplayedIntervals(input, cancellation);
        int count = input.Checkpoints.Count - 1;
        var compared = new Compared[count];
        for (int k = 0; k < count; k++) compared[k] = intervals.Interval(k);
        var leftOut = Enumerable.Range(1, count - 1).Select(k => intervals.LeaveOut(k, compared[k - 1]));
        return new IntervalRecord([.. compared.Select(c => c.Comparison)], [.. leftOut], false,
            [.. Enumerable.Range(0, count).Select(k => intervals.Span(k).Length)]);
    }

    private Compared Interval(int k)
    {
        var pace = Pace(k);
        ReplayState fine = Start(k), coarse = Start(k), side = Start(k);
        Advance(_cubic, Skew(_cubic, k), k, Span(k), pace, fine);
        Advance(_parabolic, Skew(_parabolic, k), k, Span(k), pace, side);
        Advance(_linear, null, k, Span(k), pace, coarse);
        double[] train = fine.Train;
        // What pieces of one kernel each do to the prediction: three times their error.
        double trainPieces = 0, testPieces = 0;
        if (pace.IsFlow || IntervalReplay.HasPieces(pace.Steps))
        {
            var half = Start(k);
            Advance(_cubic, Skew(_cubic, k), k, Span(k), pace, half, pieces: true);
            (trainPieces, testPieces) = (VectorMath.Distance(half.Train, train), VectorMath.Distance(half.Test, fine.Test));
        }
        (double, double) Differences(double[] p, double[] other, double[] parabola) =>
            (VectorMath.Distance(other, p), 2 * VectorMath.Distance(parabola, p));
        var moved = (VectorMath.Norm(train), VectorMath.Norm(fine.Test));
        var floors = _rounding.Floors(k, pace.Recorded, fine.Noise, Weight(k), Span(k).Length, moved);
        var comparison = new IntervalComparison(
            SideComparison.Of(Recorded(_input.Outputs.TrainOutputs, k, k + 1), train, Differences(train, coarse.Train, side.Train),
                floors.Train + trainPieces + pace.Slack * moved.Item1),
            SideComparison.Of(Recorded(_input.Outputs.TestOutputs, k, k + 1), fine.Test, Differences(fine.Test, coarse.Test, side.Test),
                floors.Test + testPieces + pace.Slack * moved.Item2));
        return new Compared(comparison, coarse);
    }

    // Both predictions are by J linear.
    private LeftOutCheckpoint LeaveOut(int k, Compared before)
    {
        var with = before.Linear.Copy();
        Advance(_linear, null, k, Span(k), Pace(k), with);
        var without = Start(k - 1);
        var path = _input.Kernels.Linear([k - 1, k + 1]);
        Advance(path, null, 0, Span(k - 1), Pace(k - 1), without);
        Advance(path, null, 0, Span(k), Pace(k), without);
        LeftOutSide Side(IReadOnlyList<double[]> outputs, double[] a, double[] b)
        {
            double[] recorded = Recorded(outputs, k - 1, k + 1);
            return new LeftOutSide(VectorMath.Norm(recorded), VectorMath.Distance(recorded, a), VectorMath.Distance(recorded, b));
        }
        return new LeftOutCheckpoint(k, Side(_input.Outputs.TrainOutputs, with.Train, without.Train),
            Side(_input.Outputs.TestOutputs, with.Test, without.Test));
    }

    private SkewCorrection? Skew(InterpolatedTrajectory path, int k) => SkewCorrection.Of(path, k, _input.Kernels, _input.Outputs.Times);

    private void Advance(InterpolatedTrajectory path, SkewCorrection? skew, int interval, (double From, double To, double Length) span, IntervalPace pace,
        ReplayState state, bool pieces = false)
    {
        double[] diagonal = pace.Diagonal;
        if (pace.IsFlow) _replay.Flow(path, interval, (span.From, span.To), pace.Steps, state, diagonal, pieces, _cancellation);
        else _replay.Descend(path, skew, interval, (span.From, span.To), pace.Steps, state, diagonal, pieces, _cancellation);
    }

    // Steps one by one where that can be afforded and J cannot swing between them; otherwise the flow, which a step of z = η‖B‖‖K‖ leaves by z/2 of
    // the displacement.
    private IntervalPace Pace(int k)
    {
        var (c, next) = (_input.Checkpoints[k], _input.Checkpoints[k + 1]);
        double[] diagonal = _rounding.Diagonal(k);
        double length = Span(k).Length, rate = _input.Outputs.Hessians[k].NormBound() * diagonal.Sum();
        bool flow = _input.Checkpoints.Optimizer!.IsFlow;
        long steps = next.Step - c.Step;
        if (!flow && steps > 1 && (k >= _unsteady || length / steps * Math.Max(_sharpness[k], _sharpness[k + 1]) > SteadyEdge))
            return new IntervalPace(1, true, steps, double.PositiveInfinity, diagonal);
        if (!flow && steps <= _mostSteps) return new IntervalPace(steps, false, steps, 0, diagonal);
        double needed = IntervalReplay.FlowSteps(length * rate);
        double slack = needed > _mostSteps ? double.PositiveInfinity
            : flow ? 0 : 0.5 * rate * Math.Max(length / steps, _input.Checkpoints.Optimizer.LearningRate);
        return new IntervalPace((long)Math.Min(needed, Math.Max(_mostSteps, 1)), true, flow ? 1 : steps, slack, diagonal);
    }

    private double Rate(int k) => Span(k).Length / (_input.Checkpoints[k + 1].Step - _input.Checkpoints[k].Step);

    private double Weight(int k)
    {
        if (_cubic.Interpolants?[k] is not { IsWrittenInSlopes: false } interpolant) return 1;
        double largest = 1;
        for (int i = 1; i < 4; i++)
            largest = Math.Max(largest, Enumerable.Range(0, interpolant.Checkpoints.Count).Sum(a => Math.Abs(interpolant.At(a, 0.25 * i))));
        return largest;
    }

    private ReplayState Start(int k) => new(_input.Outputs.TrainOutputs[k], _input.Checkpoints.TestSize);

    private (double From, double To, double Length) Span(int k)
    {
        double from = _input.Outputs.Times[k], to = _input.Outputs.Times[k + 1];
        return (from, to, to - from);
    }

    private static double[] Recorded(IReadOnlyList<double[]> outputs, int from, int to) => VectorMath.Subtract(outputs[to], outputs[from]);

    private sealed record Compared(IntervalComparison Comparison, ReplayState Linear);

    private sealed record IntervalPace(long Steps, bool IsFlow, double Recorded, double Slack, double[] Diagonal);
}
