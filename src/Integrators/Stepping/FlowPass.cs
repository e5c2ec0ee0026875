using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>One pass over the window with a given local tolerance: interval by interval, and what is wanted at the knots between them.</summary>
internal sealed class FlowPass : IDisposable
{
    private readonly Workspace _workspace, _methodSpace; // that of the method goes back first, and the results are formed in it
    private readonly FlowProblem _problem;
    private readonly StepMethod _steps;
    private readonly FlowState _state;
    private readonly StepContribution _sums;
    private readonly GlobalErrors _errors;
    private readonly StepLog _log = new();
    private readonly KnotRecorder _recorder;
    private readonly IntervalStepping _stepping;
    private readonly Action<double>? _progress;

    /// <param name="problem">What is integrated, and how.</param>
    /// <param name="localTolerance">Allowed local error of a step.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public FlowPass(FlowProblem problem, double localTolerance, Action<double>? progress, CancellationToken cancellation)
    {
        (_problem, _progress) = (problem, progress);
        var (trajectory, method, options) = (problem.Trajectory, problem.Method, problem.Options);
        var (carried, start, backend) = (problem.Carried, problem.Start, problem.Backend);
        (_workspace, _methodSpace) = (new Workspace(backend.Buffers), new Workspace(backend.Buffers));
        int n = trajectory.TrainSize, m = trajectory.TestSize, c = start?.Columns ?? n;
        var layout = new ColumnLayout(c);
        _steps = method.StartIn(_methodSpace, trajectory, layout.Count, backend);
        PropagationChecks.Require(method, _steps);
        var train = _steps.FreeSquare ?? _workspace.Take(n, n);
        var failure = new FlowFailure(trajectory, method, _steps, train, backend);
        double rate = failure.RateAtStart();
        double? conserved = start is null && method.KeepsEnergy && !_steps.NodesAreIndependent ? Conservation.Scale(trajectory, train, backend) : null;
        var scratch = new StepScratch(train, _workspace.Take(m, n), conserved is null ? _steps.FreeColumns ?? _workspace.Take(n, layout.Count) : default);

        _state = new FlowState(trajectory, start, conserved, ProbeVectors.Signs(c, options.Seed), backend, _workspace);
        _sums = new StepContribution(trajectory, layout, full: true, testOnly: conserved is not null, scratch, backend, _workspace);
        var coarse = new StepContribution(trajectory, layout, full: false, testOnly: conserved is not null, scratch, backend, _workspace);
        var taker = new StepTaker(_steps, _sums, n, layout.Count, _workspace);
        _errors = new GlobalErrors(_state, backend);
        var work = new FlowWork(problem, _steps, _state, taker, _log, failure, cancellation);
        _recorder = new KnotRecorder(carried, _state);
        if (options.FixedSteps is { } count) _stepping = new FixedStepping(work, count);
        else
        {
            // With h‖B‖‖K‖ ≤ 1 at first the fastest mode decays over several steps instead of inside one.
            double length = trajectory.Knots[^1] - trajectory.Knots[0], first = rate > 0 ? Math.Min(length, 1 / rate) : length;
            var estimator = new HalvingEstimator(trajectory, method, _steps, taker, coarse, _state, train, backend);
            _stepping = new AdaptiveStepping(work, estimator, _errors, localTolerance, first);
        }
    }

    /// <summary>Runs to the end of the window.</summary>
    /// <returns>The estimated errors; not numbers with fixed steps.</returns>
    public IntegrationError Run()
    {
        int intervals = _problem.Trajectory.Intervals;
        _recorder.Start();
        for (int interval = 0; interval < intervals; interval++)
        {
            _recorder.BeginInterval(interval);
            _stepping.Cross(interval);
            _log.EndInterval();
            _recorder.EndInterval();
            _progress?.Invoke((interval + 1.0) / intervals);
        }
        _methodSpace.Dispose();
        _state.Finish();
        if (_problem.Options.FixedSteps is not null) return new IntegrationError(double.NaN, double.NaN, double.NaN);
        var (p, w, g) = _errors.RelativeTo(_state.Norms);
        return new IntegrationError(p, w, g);
    }

    /// <summary>Gives the buffers back, also those of the operators: they are not good enough.</summary>
    public void Discard() => _state.Discard();

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        _methodSpace.Dispose();
        _workspace.Dispose();
    }

    /// <summary>The operators at the end of the window.</summary>
    /// <param name="error">What <see cref="Run"/> returned.</param>
    /// <param name="passes">Number of passes.</param>
    public Propagation Result(IntegrationError error, int passes) => new()
    {
        P = TakeP(),
        W_S = _state.W,
        G_S = _state.GS,
        G_Q = _state.GQ,
        Nodes = new StepNodes(_log.Taken, _steps.Nodes.ToArray(), _steps.Weights.ToArray()),
        Steps = _log.Taken,
        StepsPerInterval = _log.PerInterval,
        Transported = _recorder.Transported,
        IntervalTransported = _recorder.IntervalTransported,
        PartialGramians = _recorder.PartialGramians,
        Error = error,
        ErrorOnProbes = _problem.Options.FixedSteps is null && _problem.Start is null ? _errors.Probed() : null,
        Report = new SolveReport(_problem.Method.Name, _log.Accepted, _log.Rejected, passes) { Method = _problem.Method, Reason = _problem.Reason },
    };

    // X has more columns than P.
    private DenseMatrix TakeP()
    {
        var p = _workspace.Result(_state.P.Rows, _state.P.Columns);
        _state.P.CopyTo(p);
        return p;
    }
}
