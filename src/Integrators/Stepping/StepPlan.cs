namespace KernelFlow.Integrators;

/// <summary>What the interval before teaches about the steps of the next one.</summary>
/// <remarks>
/// The slope of the kernel jumps at a knot: the first step after it is short, and how fast steps may then grow is much the same from one interval to
/// the next. For each step of
/// an interval its start θ ∈ [0, 1) and the length that would have been right, relative to the interval, are kept. The controller's own proposal,
/// which knows only the last
/// step, is multiplied by a part of the growth seen between the two positions in the interval before.
/// </remarks>
internal sealed class StepPlan
{
    // Half of the growth seen (in powers): where it ends, in the range of stiff modes, is not quite the same place every time.
    private const double Trust = 0.5, LargestGrowth = 1.5;
    private const double FirstGrowth = 1.05; // intervals of recorded runs grow, and their first steps with them

    private List<(double Position, double Right)> _before = new(256), _now = new(256);
    private double _start, _length, _first = double.NaN;

    /// <summary>A new interval begins.</summary>
    /// <param name="start">Its first knot.</param>
    /// <param name="length">Its length.</param>
    /// <param name="step">The controller's proposal.</param>
    /// <returns>The length of the first step.</returns>
    public double Begin(double start, double length, double step)
    {
        (_before, _now) = (_now, _before);
        _now.Clear();
        (_start, _length) = (start, length);
        return double.IsNaN(_first) ? step : Math.Min(step, FirstGrowth * _first);
    }

    /// <summary>An accepted step; returns the proposal for the next.</summary>
    /// <param name="t">Where the step began.</param>
    /// <param name="right">The controller's proposal after it.</param>
    /// <param name="next">Where the next step begins.</param>
    /// <param name="grow">Whether the growth seen before may be added.</param>
    public double After(double t, double right, double next, bool grow)
    {
        double position = (t - _start) / _length;
        if (_now.Count == 0) _first = right;
        _now.Add((position, right / _length));
        if (!grow) return right;
        double growth = Seen((next - _start) / _length) / Seen(position);
        return right * (double.IsFinite(growth) ? Math.Clamp(Math.Pow(growth, Trust), 1, LargestGrowth) : 1);
    }

    // Lengths are linear between the positions of the interval before and constant beyond them.
    private double Seen(double position)
    {
        if (_before.Count < 2) return double.NaN;
        int i = 0;
        while (i < _before.Count && _before[i].Position < position) i++;
        if (i == _before.Count) return _before[^1].Right;
        if (i == 0) return _before[0].Right;
        var (a, b) = (_before[i - 1], _before[i]);
        return a.Right + (b.Right - a.Right) * (position - a.Position) / (b.Position - a.Position);
    }
}
