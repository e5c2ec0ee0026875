namespace KernelFlow.Integrators;

/// <summary>The steps of an integration as they are taken.</summary>
internal sealed class StepLog
{
    private readonly List<int> _perInterval = [];
    private int _before;

    /// <summary>The steps whose nodes make W_S and G, in order of time. Room for many at once, so that the loop allocates nothing.</summary>
    public List<FlowStep> Taken { get; } = new(4096);

    /// <summary>Accepted steps, two halves counted as one.</summary>
    public int Accepted { get; private set; }

    /// <summary>The number of rejected steps.</summary>
    public int Rejected { get; private set; }

    /// <summary>Accepted steps of each interval that is done.</summary>
    public IReadOnlyList<int> PerInterval => _perInterval;

    /// <summary>A whole step was taken.</summary>
    public void AddWhole(FlowStep step)
    {
        Taken.Add(step);
        Accepted++;
    }

    /// <summary>The two halves of a step were accepted.</summary>
    public void AddHalves(FlowStep step)
    {
        Taken.Add(step.FirstHalf);
        Taken.Add(step.SecondHalf);
        Accepted++;
    }

    /// <summary>A step was rejected.</summary>
    public void Reject() => Rejected++;

    /// <summary>An interval is done.</summary>
    public void EndInterval()
    {
        _perInterval.Add(Accepted - _before);
        _before = Accepted;
    }
}
