namespace KernelFlow.Recording;

/// <summary>Flow time: the sum of the learning rates, compensated, so that it is k·η to rounding when η is constant.</summary>
internal sealed class FlowClock
{
    private double _sum, _error;

    /// <summary>The time.</summary>
    public double Time => _sum + _error;

    /// <summary>Adds a step.</summary>
    public void Advance(double rate)
    {
        double sum = _sum + rate;
        _error += Math.Abs(_sum) >= rate ? _sum - sum + rate : rate - sum + _sum;
        _sum = sum;
    }

    /// <summary>Sets a time that the rates do not give.</summary>
    public void Set(double time) => (_sum, _error) = (time, 0);
}
