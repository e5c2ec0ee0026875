using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Tries a step: once with h on the probe columns, twice with h/2 on the full X; the halves are kept, and the difference measures their
/// error.</summary>
internal sealed class HalvingEstimator
{
    // An embedded error this many times the tolerance cannot be saved by the halves.
    private const double Hopeless = 100;

    private readonly KernelTrajectory _trajectory;
    private readonly IntegrationMethod _method;
    private readonly StepMethod _steps;
    private readonly StepTaker _taker;
    private readonly Backend _backend;
    private readonly LocalErrors _errors;
    private readonly OutputHessian _hessian;
    private readonly MatrixView _coarseX, _kernel, _product, _slope;

    /// <param name="trajectory">What is integrated.</param>
    /// <param name="method">The method, which knows how far halving can be trusted.</param>
    /// <param name="steps">Takes the step on the probe columns.</param>
    /// <param name="taker">Takes the halves.</param>
    /// <param name="coarse">Sums of the step on the probe columns.</param>
    /// <param name="state">The state at s.</param>
    /// <param name="kernel">Scratch N×N.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public HalvingEstimator(KernelTrajectory trajectory, IntegrationMethod method, StepMethod steps, StepTaker taker, StepContribution coarse,
        FlowState state, in MatrixView kernel, Backend backend)
    {
        _trajectory = trajectory;
        _method = method;
        _steps = steps;
        _taker = taker;
        Coarse = coarse;
        _backend = backend;
        _errors = new LocalErrors(state, backend);
        _hessian = new OutputHessian(trajectory.TrainSize / trajectory.Outputs, trajectory.Outputs);
        int n = trajectory.TrainSize;
        (_coarseX, _product, _slope) = (Buffers.Zero(n, ColumnLayout.Probes), Buffers.Zero(n, ColumnLayout.Probes), Buffers.Zero(n, ColumnLayout.Probes));
        _kernel = kernel;
    }

    /// <summary>Sums of the step last tried, on the probe columns.</summary>
    public StepContribution Coarse { get; }

    /// <summary>Sums of its halves.</summary>
    public StepContribution Fine => _taker.Sums;

    /// <summary>Tries a step; the state stays where it is.</summary>
    /// <param name="step">The step.</param>
    /// <param name="state">The state at its start.</param>
    /// <param name="tolerance">The local error that is allowed: a step that is hopelessly far above it is given up early.</param>
    public StepTrial Try(FlowStep step, FlowState state, double tolerance)
    {
        _steps.Announce(step.FirstHalf, step.SecondHalf, state.X.Columns);
        try
        {
            return Tried(step, state, tolerance);
        }
        finally
        {
            _steps.Forget();
        }
    }

    private StepTrial Tried(FlowStep step, FlowState state, double tolerance)
    {
        _steps.Step(step, state.Probes, _coarseX);
        if (_steps.TryEmbedded(out var embedded) && IsHopeless(embedded, state, tolerance, out double hopeless)) return new StepTrial(step, hopeless);
        Coarse.Begin();
        _steps.Contribute(step, Coarse);
        Coarse.End();
        var next = _taker.Halves(step, state.X);

        MatrixView p = state.Layout.P(next), probes = ColumnLayout.Probe(next);
        double divisor = _method.Halving.Divisor(Stiffness(step, _errors.Compare(probes, _coarseX)));
        var norms = NormsAfter(state, p, probes);
        if (!norms.AreFinite) return new StepTrial(step, double.NaN);
        double error = norms.LargestRelative(_errors.Norms(probes, Fine, Coarse)) / divisor;
        var trial = new StepTrial(step, error)
        {
            Divisor = divisor, Norms = norms, Difference = _errors.Difference, GramianDifference = _errors.GramianDifference,
        };
        if (!_steps.NodesAreIndependent) return trial;
        var (defect, moved) = _errors.Unresolved(state.Probes, probes, Fine);
        return trial with { Error = Math.Max(error, OperatorNorms.Relative(defect, moved)), Defect = defect, Moved = moved };
    }

    // An embedded error of the probes so large that the halves cannot be right either: their cost, N columns wide, is saved.
    private bool IsHopeless(in MatrixView embedded, FlowState state, double tolerance, out double error)
    {
        double halves = Math.ScaleB(1, _method.Order), size = MatrixNorms.Frobenius(state.Probes);
        error = MatrixNorms.Frobenius(embedded) / (halves * Math.Max(size, OperatorNorms.SmallestPropagator));
        return double.IsFinite(error) && error > Hopeless * tolerance;
    }

    // Norms of the operators as they will stand at the end of the step.
    private OperatorNorms NormsAfter(FlowState state, in MatrixView p, in MatrixView probes)
    {
        double size = Math.Max(MatrixNorms.Frobenius(p), OperatorNorms.SmallestPropagator), gq = MatrixNorms.OfSum(state.GQ, state.Layout.P(Fine.GQ));
        var (w, gs) = Fine.TestOnly ? _errors.Sizes(p, probes) : (MatrixNorms.OfSum(state.W, Fine.W), MatrixNorms.OfSum(state.GS, state.Layout.P(Fine.GS)));
        return new OperatorNorms(size, w, gs, gq);
    }

    // z = h·‖BK·D‖/‖D‖ for the difference D of the two solutions: the rate at which the error lives decides how far halving can be trusted.
    private double Stiffness(FlowStep step, in MatrixView difference)
    {
        double size = MatrixNorms.Frobenius(difference);
        if (!(size > 0)) return 0;
        _trajectory.TrainKernel(step.Interval, step.End, 1, 0, _kernel, _kernel, lower: false, _backend.Spare);
        _trajectory.Hessian(step.Interval, step.End, _hessian);
        _backend.Gemm(Op.None, Op.None, step.Length, _kernel, difference, 0, _product);
        _hessian.Apply(1, _product, 0, _slope);
        return MatrixNorms.Frobenius(_slope) / size;
    }
}
