namespace KernelFlow.Integrators;

/// <summary>One step of an integration: from t to t + h inside one interval of the trajectory.</summary>
/// <param name="Interval">Index of the interval between neighbouring knots.</param>
/// <param name="Time">t, where the step begins.</param>
/// <param name="Length">h, the length of the step, positive.</param>
public readonly record struct FlowStep(int Interval, double Time, double Length)
{
    /// <summary>t + h, where the step ends.</summary>
    public double End => Time + Length;

    /// <summary>t + θh, a time within the step.</summary>
    /// <param name="theta">θ in [0, 1].</param>
    public double At(double theta) => Time + theta * Length;

    /// <summary>The step from t to t + h/2.</summary>
    public FlowStep FirstHalf => this with { Length = 0.5 * Length };

    /// <summary>The step from t + h/2 to t + h.</summary>
    public FlowStep SecondHalf => this with { Time = Time + 0.5 * Length, Length = 0.5 * Length };

    /// <summary>Its interval, t and h; halves have halves of their own without end, and are not told.</summary>
    public override string ToString() => FormattableString.Invariant($"interval {Interval}, t = {Time:R}, h = {Length:R}");
}
