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
    private double _last = 1, _lastButOne = 1, _share = 1;
    private (double H, double Error)? _rejected;

    /// <summary>Allowed local error now.</summary>
    public double Tolerance => tolerance * _share;

    public bool Accepts(double error) => error <= Tolerance;

    /// <summary>Lowers the tolerance as the errors made so far use up what is allowed at the end: less than a repeated pass costs.</summary>
    /// <param name="used">Estimated global error relative to the allowed one.</param>
    public void Spend(double used) => _share = Math.Clamp(2.5 * (1 - used), 0.2, 1);

    /// <summary>Forgets the past: the error of a step across new ground does not follow from it.</summary>
    public void Restart() => (_last, _lastButOne, _rejected) = (1, 1, null);

    /// <summary>The next step after one of length h and the given error; a rejected step follows the elementary rule.</summary>
    public double Next(double h, double error)
    {
        double scaled = Math.Max(error / Tolerance, Least), q = order + 1;
        if (scaled > 1)
        {
            // A second rejection tells how errors really fall with h: in a transient faster than h, slower than h^q, and following q would creep.
            double power = _rejected is { } r && error < r.Error ? Math.Clamp(Math.Log(r.Error / error) / Math.Log(r.H / h), 1, q) : q;
            _rejected = (h, error);
            return h * Math.Clamp(Safety * Math.Pow(scaled, -1 / power), LargestCut, Safety);
        }
        _rejected = null;
        double factor = Math.Pow(scaled, -control.Integral / q) * Math.Pow(_last, -control.Proportional / q) * Math.Pow(_lastButOne, -control.Derivative / q);
        (_last, _lastButOne) = (scaled, _last);
        return h * Math.Clamp(Safety * factor, LargestCut, LargestGrowth);
    }
}
