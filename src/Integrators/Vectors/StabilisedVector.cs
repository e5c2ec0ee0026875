using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>One vector x′ = f(t, x) by RKC2, adaptive: what a nonlinear flow of outputs takes, whose f is a product with a kernel.</summary>
/// <remarks>Stages follow the stiffness; the estimate of the local error is that of the source (<see cref="StabilisedStage"/>).</remarks>
internal sealed class StabilisedVector
{
    private const int MostStages = 120;
    private const double Safety = 0.8, Least = 0.2, Most = 3, FirstStep = 0.01, Shortest = 1e-12;

    private readonly Action<double, double[], double[]> _slope;
    private readonly double[] _first, _last, _f, _error;
    private double[] _next, _old, _older;
    private double _length = double.NaN; // of the next step

    /// <summary>Begins at x.</summary>
    /// <param name="start">x.</param>
    /// <param name="slope">Writes f(t, x).</param>
    public StabilisedVector(double[] start, Action<double, double[], double[]> slope)
    {
        (State, _slope) = ([.. start], slope);
        (_first, _last, _f, _error) = (new double[start.Length], new double[start.Length], new double[start.Length], new double[start.Length]);
        (_next, _old, _older) = (new double[start.Length], new double[start.Length], new double[start.Length]);
    }

    /// <summary>x.</summary>
    public double[] State { get; private set; }

    /// <summary>Accepted steps.</summary>
    public int Steps { get; private set; }

    /// <summary>Carries x from one time to another; called again it goes on with the steps that it found.</summary>
    /// <param name="time">From here.</param>
    /// <param name="end">To here.</param>
    /// <param name="tolerance">Allowed error of the whole, relative.</param>
    /// <param name="rate">A bound of λ_max(−∂f/∂x) at x.</param>
    /// <param name="relative">What an error of x is relative to how far it has moved; the second argument is the state after the step.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="NumericalException">The step became too short.</exception>
    public void Advance(double time, double end, double tolerance, Func<double[], double> rate, Func<double[], double[], double> relative,
        CancellationToken cancellation)
    {
        double allowed = StabilisedStage.Allowed(tolerance), span = end - time;
        _slope(time, State, _first);
        while (time < end)
        {
            cancellation.ThrowIfCancellationRequested();
            double stiff = Math.Max(rate(State), double.Epsilon), longest = (MostStages - 1.0) * (MostStages - 1) / 1.54 / stiff, left = end - time;
            if (double.IsNaN(_length)) _length = FirstStep / Math.Max(stiff, FirstStep / left);
            double step = left / Math.Ceiling(left / Math.Min(_length, longest) * (1 - 1e-12));
            if (!(step > Shortest * span))
                throw new NumericalException(FormattableString.Invariant($"A flow of outputs needs steps below {step:R} at t = {time:R}."));
            bool last = step >= left * (1 - 1e-12);
            double then = last ? end : time + step, error = Try(time, step, then, StabilisedStage.Count(step * stiff), relative);
            double factor = double.IsFinite(error) ? Safety * Math.Cbrt(allowed / Math.Max(error, 1e-300)) : Least;
            bool accepted = error <= allowed;
            if (accepted)
            {
                (State, _next) = (_next, State);
                _last.CopyTo(_first, 0);
                time = then;
                Steps++;
            }
            double next = step * Math.Clamp(factor, Least, accepted ? Most : 0.9);
            // A step that the end made shorter says nothing against the longer one.
            _length = accepted && last ? Math.Min(Math.Max(_length, next), Most * next) : next;
        }
    }

    private double Try(double time, double length, double end, int count, Func<double[], double[], double> relative)
    {
        var stages = StabilisedStage.Of(count);
        double[] old = _old, older = _older;
        State.CopyTo(old, 0);
        for (int j = 0; j < count; j++)
        {
            var s = stages[j];
            if (j == 0) s.Begin(length, State, _first, older);
            else
            {
                _slope(Math.Min(end, time + s.Time * length), old, _f);
                s.Continue(length, State, _first, old, _f, older);
            }
            (older, old) = (old, older);
        }
        (_next, _old, _older) = (old, _next, older);
        _slope(end, _next, _last);
        VectorRoutines.Combine(0.8, State, -0.8, _next, _error);
        VectorRoutines.Axpy(0.4 * length, _first, _error);
        VectorRoutines.Axpy(0.4 * length, _last, _error);
        return relative(_error, _next);
    }
}
