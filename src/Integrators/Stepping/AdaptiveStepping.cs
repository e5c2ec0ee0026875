using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Steps as long as their errors allow: tries, accepts or rejects, and proposes the next.</summary>
internal sealed class AdaptiveStepping : IntervalStepping
{
    // The controller aims at 0.6 of the tolerance: a step this much longer still passes as a rule, and may save the last one of an interval.
    private const double Stretch = 1.08;

    private readonly FlowWork _work;
    private readonly IntegrationMethod _method;
    private readonly HalvingEstimator _estimator;
    private readonly GlobalErrors _errors;
    private readonly StepController _controller;
    private readonly StepPlan _plan = new();
    private double _proposal;

    /// <param name="work">State, log and the rest.</param>
    /// <param name="estimator">Tries steps.</param>
    /// <param name="errors">Receives accepted steps.</param>
    /// <param name="localTolerance">Allowed local error of a step.</param>
    /// <param name="firstStep">Length of the first step.</param>
    public AdaptiveStepping(FlowWork work, HalvingEstimator estimator, GlobalErrors errors, double localTolerance, double firstStep)
    {
        _work = work;
        _method = work.Problem.Method;
        _estimator = estimator;
        _errors = errors;
        _proposal = firstStep;
        _controller = new StepController(work.Problem.Options.Control, _method.Order, localTolerance);
    }

    public override void Cross(int interval)
    {
        double t = _work.Problem.Trajectory.Knots[interval], end = _work.Problem.Trajectory.Knots[interval + 1];
        _controller.Restart();
        _proposal = _plan.Begin(t, end - t, _proposal);
        while (t < end)
        {
            _work.Cancellation.ThrowIfCancellationRequested();
            var step = Next(interval, t, end, out bool last);
            var trial = _estimator.Try(step, _work.State, _controller.Tolerance);
            if (!double.IsFinite(trial.Error)) throw _work.Failure.NotFinite(step, _work.Log.Accepted + 1, controlled: true);
            double next = _controller.Next(step.Length, trial.Error);
            if (_controller.Accepts(trial.Error))
            {
                Accept(trial);
                double planned = _plan.After(t, next, step.End, grow: MayGrow(trial));
                t = last ? end : step.End;
                // A step shortened by the end of an interval says nothing against the longer one.
                _proposal = last ? Math.Max(next, _proposal) : planned;
            }
            else
            {
                _work.Log.Reject();
                _proposal = Math.Min(next, 0.9 * step.Length);
            }
            if (_work.Log.Accepted + _work.Log.Rejected > _work.Problem.Options.MaximumSteps)
                throw new NumericalException(
                    FormattableString.Invariant($"{_method.Name}: gave up at t = {t:R} after {_work.Problem.Options.MaximumSteps} steps."));
        }
    }

    // Equal steps to the end of the interval: no sliver is left over. A little longer than proposed rather than one more.
    private FlowStep Next(int interval, double t, double end, out bool last)
    {
        double left = end - t, pieces = Math.Ceiling(left / ((_work.Steps.NodesAreIndependent ? 1 : Stretch) * _proposal) * (1 - 1e-12));
        last = pieces <= 1;
        double h = last ? left : left / pieces;
        if (!(h > 16 * Tolerances.Epsilon * Math.Max(Math.Abs(t), Math.Abs(end))))
            throw new NumericalException(FormattableString.Invariant(
                $"{_method.Name}: the step size fell to {h:G3} at t = {t:R} (step {_work.Log.Accepted + 1}); ")
                + "likely cause: the tolerance is below rounding there, or the kernel jumps.");
        return new FlowStep(interval, t, h);
    }

    private void Accept(StepTrial trial)
    {
        _work.Taker.Accept(_work.State);
        _errors.Accept(trial, _estimator.Fine, _estimator.Coarse);
        _work.State.Add(_estimator.Fine);
        _work.Log.AddHalves(trial.Step);
        if (_work.Steps.NodesAreIndependent) return;
        var (p, w, g) = _errors.RelativeTo(trial.Norms);
        _controller.Spend(Math.Max(p, Math.Max(w, g)) / _work.Problem.Options.RelativeTolerance);
    }

    // Past the asymptotic range, and where stability limits an explicit method, every change of the step stirs stiff modes up again: no more growth
    // than the controller asks for.
    private bool MayGrow(StepTrial trial) => trial.Divisor >= _method.Halving.Asymptotic && !_work.Steps.NodesAreIndependent;
}
