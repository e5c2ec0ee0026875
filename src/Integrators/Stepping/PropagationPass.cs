using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>One pass over the window with a given local tolerance.</summary>
internal sealed class PropagationPass
{
    // P starts as the identity; far below this its squares underflow, and a relative error of it says nothing any more.
    private const double SmallestPropagator = 1e-140;

    // The controller aims at 0.6 of the tolerance: a step this much longer still passes as a rule, and may save the last one of an interval.
    private const double Stretch = 1.08;

    private readonly KernelTrajectory _trajectory;
    private readonly PropagationOptions _options;
    private readonly Backend _backend;
    private readonly CarriedVectors _carried;
    private readonly Action<double>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly IntegrationMethod _method;
    private readonly StepMethod _stepper;
    private readonly List<FlowStep> _taken = new(1024);
    private readonly string? _reason;
    private readonly Assembler _assembler;
    private readonly StepController _controller;
    private readonly int _n, _m, _c; // N, M, and the columns of X that are P times the start block
    private readonly ColumnLayout _layout;
    private readonly double? _conserved; // β where W and G_S follow from P
    private readonly double _rate; // ‖B‖‖K‖ at s
    private readonly MatrixView _x, _coarseX, _fineX, _middleX, _slope, _product, _kernels;
    private readonly DenseMatrix _w, _gs, _gq;
    private readonly StepSums _coarse, _fine;
    private readonly List<QuadratureNode> _nodes = new(4096);
    private readonly List<int> _steps = [];
    private readonly List<double[]> _transported = [], _intervalTransported = [];
    private readonly List<PartialGramian> _partial = [];
    private readonly ErrorProbes _probes;
    private readonly OutputHessian _hessian;
    private readonly StepPlan _plan = new();
    private int _accepted, _rejected;
    private double _divisor = 1;
    private (double P, double W, double GS, double GQ) _norms; // of the operators at the end of the step tried
    private double _defect, _unresolved, _moved; // ‖ΔP + Σ ω B K Y‖ of the step and of all steps, ‖P − P(s)‖

    public PropagationPass(KernelTrajectory trajectory, IntegrationMethod method, PropagationOptions options, string? reason, Backend backend, CarriedVectors carried, MatrixView? start, double localTolerance,
        Action<double>? progress, CancellationToken cancellation)
    {
        (_trajectory, _options, _backend, _carried, _progress, _cancellation) = (trajectory, options, backend, carried, progress, cancellation);
        (_n, _m) = (trajectory.TrainSize, trajectory.TestSize);
        _c = start?.Columns ?? _n;
        _layout = new ColumnLayout(_c);
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
        _reason = reason;
        _method = method;
        _stepper = method.Start(trajectory, _layout.Count, backend);
        _kernels = _stepper.FreeKernels ?? Buffers.Zero(_n + _m, _n);
        _controller = new StepController(options.Control, _method.Order, localTolerance);
        _rate = Rate();
        _conserved = _method.KeepsEnergy && start is null
            ? Conservation.Scale(trajectory, _kernels, (_stepper.FreeColumns ?? Buffers.Zero(_n, _n)).ColumnRange(0, _n), backend) : null;
        _assembler = new Assembler(trajectory, _layout, _kernels, _conserved is null ? _stepper.FreeColumns ?? Buffers.Zero(_n, _layout.Count) : default, backend);
        _probes = new ErrorProbes(_n, _m, _c, _conserved, backend);
        (_x, _fineX, _coarseX) = (Buffers.Zero(_n, _layout.Count), Buffers.Zero(_n, _layout.Count), Buffers.Zero(_n, ColumnLayout.Probes));
        if (!_stepper.StepsInPlace) _middleX = Buffers.Zero(_n, _layout.Count);
        (_w, _gs, _gq) = (new DenseMatrix(_c, _c), new DenseMatrix(_n, _c), new DenseMatrix(_m, _c));
        (_coarse, _fine) = (new StepSums(_n, _m, 0, _conserved is not null), new StepSums(_n, _m, _c, _conserved is not null));
        (_slope, _product) = (Buffers.Zero(_n, ColumnLayout.Probes), Buffers.Zero(_n, ColumnLayout.Probes));
        SetStart(start);
    }

    public IntegrationError Error { get; private set; } = new(double.NaN, double.NaN, double.NaN);

    public void Run()
    {
        AtKnot();
        double step = _rate > 0 ? Math.Min(_trajectory.Knots[^1] - _trajectory.Knots[0], 1 / _rate) : _trajectory.Knots[^1] - _trajectory.Knots[0];
        for (int interval = 0; interval < _trajectory.Intervals; interval++)
        {
            if (_carried.PerInterval is { } vectors) vectors[interval].CopyTo(_x.Column(_layout.Interval));
            int before = _accepted;
            if (_options.FixedSteps is { } count) FixedInterval(interval, count);
            else step = AdaptiveInterval(interval, step);
            _steps.Add(_accepted - before);
            if (_carried.PerInterval is not null) _intervalTransported.Add(_x.Column(_layout.Interval).ToArray());
            AtKnot();
            _progress?.Invoke((interval + 1.0) / _trajectory.Intervals);
        }
        if (_conserved is { } beta) FollowFromP(beta);
        if (_options.FixedSteps is not null) return;
        var (p, w, g) = GlobalError(MatrixNorms.Frobenius(_layout.P(_x)), MatrixNorms.Frobenius(_w), MatrixNorms.Frobenius(_gs), MatrixNorms.Frobenius(_gq));
        Error = new IntegrationError(p, w, g);
    }

    private (double P, double W, double G) GlobalError(double normP, double normW, double normGS, double normGQ)
    {
        var (p, w, gs, gq) = _probes.Global(_layout.Errors(_x), ColumnLayout.Probe(_x));
        double unresolved = Relative(_unresolved, _moved);
        return (Relative(p, Math.Max(normP, SmallestPropagator)), unresolved + Relative(w, normW), unresolved + Math.Max(Relative(gs, normGS), Relative(gq, normGQ)));
    }

    public Propagation Result(int pass) => new()
    {
        P = TakeP(),
        W_S = _w,
        G_S = _gs,
        G_Q = _gq,
        Nodes = _nodes,
        Steps = _taken,
        StepsPerInterval = _steps,
        Transported = _transported,
        IntervalTransported = _intervalTransported,
        PartialGramians = _partial,
        Error = Error,
        Report = new SolveReport(_method.Name, _accepted, _rejected, pass) { Method = _method, Reason = _reason },
    };

    // The sums of a step are done with: where they hold an N×N buffer, P is handed out in it.
    private DenseMatrix TakeP()
    {
        var p = _layout.P(_x);
        if (_conserved is not null || _c != _n) return p.ToMatrix();
        p.CopyTo(_fine.W);
        return new DenseMatrix(_n, _n, _fine.W.Array);
    }

    private void SetStart(MatrixView? start)
    {
        if (start is { } block) block.CopyTo(_layout.P(_x));
        else
            for (int i = 0; i < _n; i++) _x[i, i] = 1;
        _backend.Gemm(Op.None, Op.None, 1, _layout.P(_x), _probes.V, 0, ColumnLayout.Probe(_x));
        _probes.Start(ColumnLayout.Probe(_x));
    }

    // W = (I − PᵀP)/(2β), G_S = (I − P)/β
    private void FollowFromP(double beta)
    {
        var p = _layout.P(_x);
        GramianFromP(beta, _w);
        for (int j = 0; j < _c; j++)
        {
            var target = ((MatrixView)_gs).Column(j);
            VectorKernels.Scale(-1 / beta, p.Column(j), target);
            target[j] += 1 / beta;
        }
    }

    private void GramianFromP(double beta, in MatrixView w)
    {
        w.Fill(0);
        for (int i = 0; i < _n; i++) w[i, i] = 0.5 / beta;
        _backend.Syrk(Op.Transpose, -0.5 / beta, _layout.P(_x), 1, w);
    }

    private void FixedInterval(int interval, int count)
    {
        double start = _trajectory.Knots[interval], length = _trajectory.Knots[interval + 1] - start;
        for (int i = 0; i < count; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            double t = start + length * i / count, h = length / count;
            var step = new FlowStep(interval, t, h);
            _stepper.Step(step, _x, _stepper.StepsInPlace ? _x : _fineX);
            if (!_stepper.StepsInPlace) _fineX.CopyTo(_x);
            _stepper.Contribute(step, _assembler, reset: true, _fine);
            Accumulate();
            AddNodes(step);
            _accepted++;
            if (!double.IsFinite(MatrixNorms.Frobenius(_layout.P(_x)) + MatrixNorms.Frobenius(_w) + MatrixNorms.Frobenius(_gs) + MatrixNorms.Frobenius(_gq))) throw NotFinite(interval, t, h, _accepted);
        }
    }

    private double AdaptiveInterval(int interval, double step)
    {
        double t = _trajectory.Knots[interval], end = _trajectory.Knots[interval + 1];
        _controller.Restart();
        step = _plan.Begin(t, end - t, step);
        while (t < end)
        {
            _cancellation.ThrowIfCancellationRequested();
            double left = end - t;
            // Equal steps to the end of the interval: no sliver is left over. A little longer than proposed rather than one more.
            double pieces = Math.Ceiling(left / ((_stepper.NodesAreIndependent ? 1 : Stretch) * step) * (1 - 1e-12));
            bool last = pieces <= 1;
            double h = last ? left : left / pieces;
            if (!(h > 16 * Math.ScaleB(1, -52) * Math.Max(Math.Abs(t), Math.Abs(end))))
                throw new NumericalException(FormattableString.Invariant(
                    $"{_method.Name}: the step size fell to {h:G3} at t = {t:R} (step {_accepted + 1}); likely cause: the tolerance is below rounding there, or the kernel jumps."));
            double error = TryStep(interval, t, h);
            if (!double.IsFinite(error)) throw NotFinite(interval, t, h, _accepted + 1);
            double next = _controller.Next(h, error);
            if (_controller.Accepts(error))
            {
                Accept(interval, t, h);
                // Past the asymptotic range, and where stability limits an explicit method, every change of the step stirs stiff modes up again: no more growth than the controller asks for.
                bool asymptotic = _divisor >= _method.Halving.Asymptotic && !_stepper.NodesAreIndependent;
                double planned = _plan.After(t, next, t + h, grow: asymptotic);
                t = last ? end : t + h;
                // A step shortened by the end of an interval says nothing against the longer one.
                step = last ? Math.Max(next, step) : planned;
            }
            else
            {
                _rejected++;
                step = Math.Min(next, 0.9 * h);
            }
            if (_accepted + _rejected > _options.MaximumSteps)
                throw new NumericalException(FormattableString.Invariant($"{_method.Name}: gave up at t = {t:R} after {_options.MaximumSteps} steps."));
        }
        return step;
    }

    // What was evaluated on the way is looked at again: NaN from the trajectory and growth past all bounds ask for different remedies.
    private NumericalException NotFinite(int interval, double t, double h, int step)
    {
        string cause = _options.FixedSteps is null
            ? "P grew past all bounds, as it does where a kernel is not positive semidefinite"
            : "P grew past all bounds: steps too long for the stability of an explicit method, or a kernel that is not positive semidefinite";
        foreach (double theta in (double[])[0, 0.25, 0.5, 0.75, 1, .. _stepper.Nodes])
        {
            _trajectory.Kernels(interval, t + theta * h, _kernels);
            _trajectory.Hessian(interval, t + theta * h, _hessian);
            if (double.IsFinite(MatrixNorms.Frobenius(_kernels)) && double.IsFinite(_hessian.NormBound())) continue;
            cause = FormattableString.Invariant($"a kernel or loss Hessian that is not finite at t = {t + theta * h:R}");
            break;
        }
        return new NumericalException(FormattableString.Invariant($"{_method.Name}: a value that is not finite appeared at t = {t:R}, h = {h:G3} (step {step}); likely cause: {cause}."));
    }

    // The local error of the two half steps, relative to the operators as they stand at t + h: the largest over P, W, G_S and G_Q.
    private double TryStep(int interval, double t, double h)
    {
        var step = new FlowStep(interval, t, h);
        _stepper.Step(step, ColumnLayout.Probe(_x), _coarseX);
        if (_stepper.TryEmbedded(out var embedded) && Hopeless(embedded) is { } hopeless) return hopeless;
        _stepper.Contribute(step, _assembler, reset: true, _coarse);
        FlowStep first = step.FirstHalf, second = step.SecondHalf;
        if (_stepper.StepsInPlace)
        {
            _stepper.Step(first, _x, _fineX);
            _stepper.Contribute(first, _assembler, reset: true, _fine);
            _stepper.Step(second, _fineX, _fineX);
        }
        else
        {
            _stepper.Step(first, _x, _middleX);
            _stepper.Contribute(first, _assembler, reset: true, _fine);
            _stepper.Step(second, _middleX, _fineX);
        }
        _stepper.Contribute(second, _assembler, reset: false, _fine);

        MatrixView P = _layout.P(_fineX), probes = ColumnLayout.Probe(_fineX);
        _divisor = _method.Halving.Divisor(StiffnessOfDifference(interval, t, h, _probes.Difference(probes, _coarseX)));
        double p = Math.Max(MatrixNorms.Frobenius(P), SmallestPropagator), gq = MatrixNorms.OfSum(_gq, _layout.P(_fine.GQ));
        var (w, gs) = _conserved is null ? (MatrixNorms.OfSum(_w, _fine.W), MatrixNorms.OfSum(_gs, _layout.P(_fine.GS))) : _probes.Sizes(P, probes);
        if (!double.IsFinite(p + w + gs + gq)) return double.NaN;
        _norms = (p, w, gs, gq);
        var (dp, dw, dgs, dgq) = _probes.Local(probes, _fine, _coarse);
        double error = Math.Max(Math.Max(Relative(dp, p), Relative(dw, w)), Math.Max(Relative(dgs, gs), Relative(dgq, gq))) / _divisor;
        if (!_stepper.NodesAreIndependent) return error;
        (_defect, _moved) = _probes.Unresolved(ColumnLayout.Probe(_x), probes, _fine);
        return Math.Max(error, Relative(_defect, _moved));
    }

    // An embedded error of the probes so large that the halves cannot be right either: their cost, N columns wide, is saved.
    private double? Hopeless(in MatrixView embedded)
    {
        double halves = Math.ScaleB(1, _method.Order), size = MatrixNorms.Frobenius(ColumnLayout.Probe(_x));
        double error = MatrixNorms.Frobenius(embedded) / (halves * Math.Max(size, SmallestPropagator));
        return double.IsFinite(error) && error > 100 * _controller.Tolerance ? error : null;
    }

    // z = h·‖BK·D‖/‖D‖ for the difference D of the two solutions: the rate at which the error lives decides how far halving can be trusted.
    private double StiffnessOfDifference(int interval, double t, double h, in MatrixView difference)
    {
        double size = MatrixNorms.Frobenius(difference);
        if (!(size > 0)) return 0;
        _trajectory.Kernels(interval, t + h, _kernels);
        _trajectory.Hessian(interval, t + h, _hessian);
        _backend.Gemm(Op.None, Op.None, h, _kernels.Slice(0, 0, _n, _n), difference, 0, _product);
        _hessian.Apply(1, _product, 0, _slope);
        return MatrixNorms.Frobenius(_slope) / size;
    }

    private void Accept(int interval, double t, double h)
    {
        _fineX.CopyTo(_x);
        _probes.Accept(_divisor, _layout.Errors(_x), _layout, _fine, _coarse);
        Accumulate();
        var step = new FlowStep(interval, t, h);
        AddNodes(step.FirstHalf);
        AddNodes(step.SecondHalf);
        _unresolved += _defect;
        _accepted++;
        if (_stepper.NodesAreIndependent) return;
        var (p, w, g) = GlobalError(_norms.P, _norms.W, _norms.GS, _norms.GQ);
        _controller.Spend(Math.Max(p, Math.Max(w, g)) / _options.RelativeTolerance);
    }

    private void Accumulate()
    {
        MatrixView w = _w, gs = _gs, gq = _gq;
        for (int j = 0; j < _c; j++)
        {
            VectorKernels.Axpy(1, _fine.GQ.Column(j), gq.Column(j));
            if (_conserved is not null) continue;
            VectorKernels.Axpy(1, _fine.W.Column(j), w.Column(j));
            VectorKernels.Axpy(1, _fine.GS.Column(j), gs.Column(j));
        }
    }

    private void AddNodes(FlowStep step)
    {
        _taken.Add(step);
        for (int i = 0; i < _stepper.Nodes.Length; i++)
            _nodes.Add(new QuadratureNode(step.Interval, step.At(_stepper.Nodes[i]), step.Length * _stepper.Weights[i]));
    }

    private void AtKnot()
    {
        if (_carried.KeepGramianAt.Contains(_steps.Count))
        {
            var w = DenseMatrix.OfMatrix(_w);
            if (_conserved is { } beta) GramianFromP(beta, w);
            _partial.Add(new PartialGramian(_steps.Count, w));
        }
        if (_carried.Start is not { } v) return;
        var result = new double[_n];
        for (int j = 0; j < _c; j++) VectorKernels.Axpy(v[j], _x.Column(j), result);
        _transported.Add(result);
    }

    // ‖B‖‖K‖ at s: with h·‖B‖‖K‖ ≤ 1 at first the fastest mode decays over several steps instead of inside one.
    private double Rate()
    {
        double s = _trajectory.Knots[0];
        _trajectory.Kernels(0, s, _kernels);
        _trajectory.Hessian(0, s, _hessian);
        double rate = _hessian.NormBound() * MatrixNorms.Frobenius(_kernels.Slice(0, 0, _n, _n));
        if (!double.IsFinite(rate))
            throw new NumericalException(FormattableString.Invariant($"{_method.Name}: a kernel or loss Hessian at the start, t = {s:R}, is not finite."));
        return rate;
    }

    private static double Relative(double error, double norm) => error == 0 ? 0 : error / norm;
}
