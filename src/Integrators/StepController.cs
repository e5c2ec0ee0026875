namespace KernelFlow.Integrators;

/// <summary>Applies a <see cref="StepControl"/> to one integration: holds the errors of the last accepted steps.</summary>
/// <param name="control">The rule.</param>
/// <param name="order">p; the local error is O(h^{p+1}).</param>
/// <param name="tolerance">Allowed local error.</param>
internal sealed class StepController(StepControl control, int order, double tolerance)
{
    private const double Safety = 0.9, LargestGrowth = 5, LargestCut = 0.2;
    // Errors far below the tolerance say "as long as you like", whatever came before.
    private const double Least = 1e-8;
    private double _last = 1, _lastButOne = 1;

    public double Tolerance => tolerance;

    public bool Accepts(double error) => error <= tolerance;

    /// <summary>Forgets the past: the error of a step across new ground does not follow from it.</summary>
    public void Restart() => (_last, _lastButOne) = (1, 1);

    /// <summary>The next step after one of length h and the given error; a rejected step follows the elementary rule.</summary>
    public double Next(double h, double error)
    {
        double scaled = Math.Max(error / tolerance, Least), q = order + 1;
        if (scaled > 1) return h * Math.Clamp(Safety * Math.Pow(scaled, -1 / q), LargestCut, LargestGrowth);
        double factor = Math.Pow(scaled, -control.Integral / q) * Math.Pow(_last, -control.Proportional / q) * Math.Pow(_lastButOne, -control.Derivative / q);
        (_last, _lastButOne) = (scaled, _last);
        return h * Math.Clamp(Safety * factor, LargestCut, LargestGrowth);
    }
}
