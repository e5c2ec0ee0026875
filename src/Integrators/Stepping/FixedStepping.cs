namespace KernelFlow.Integrators;

/// <summary>The same number of equal steps in every interval, with no estimate of their errors: what studies of the order of a method use.</summary>
internal sealed class FixedStepping(FlowWork work, int count) : IntervalStepping
{
    public override void Cross(int interval)
    {
        var knots = work.Problem.Trajectory.Knots;
        double start = knots[interval], length = knots[interval + 1] - start;
        for (int i = 0; i < count; i++)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            var step = new FlowStep(interval, start + length * i / count, length / count);
            work.Taker.Whole(step, work.State.X);
            work.State.Add(work.Taker.Sums);
            work.Log.AddWhole(step);
            if (!work.State.Norms.AreFinite) throw work.Failure.NotFinite(step, work.Log.Accepted, controlled: false);
        }
    }
}
