using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>One pass over the window with a given local tolerance.</summary>
internal sealed class PropagationPass
{
    private readonly KernelTrajectory _trajectory;
    private readonly PropagationOptions _options;
    private readonly Backend _backend;
    private readonly CarriedVectors _carried;
    private readonly Action<double>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly StepMethod _method;
    private readonly Assembler _assembler;
    private readonly StepController _controller;
    // P starts as the identity; far below this its squares underflow, and a relative error of it says nothing any more.
    private const double SmallestPropagator = 1e-140;

    private readonly int _n, _m, _c; // N, M, and the columns of X that are P times the start block
    private readonly MatrixView _x, _coarseX, _fineX;
    private readonly MatrixView _w, _coarseW, _fineW;
    private readonly MatrixView _g, _coarseG, _fineG, _cross, _product, _rate;
    private readonly List<QuadratureNode> _nodes = new(4096);
    private readonly List<int> _steps = [];
    private readonly List<double[]> _transported = [], _intervalTransported = [];
    private readonly ErrorProbes _probes;
    private readonly OutputHessian _hessian;
    private readonly MatrixView _kernels;
    private int _accepted, _rejected;

    // The slope of the kernel jumps at a knot and starts a short transient; the first step that was right after the last knot is a good guess for the next.
    private double? _firstStep;
    private double _divisor = 1;

    public PropagationPass(KernelTrajectory trajectory, PropagationOptions options, Backend backend, CarriedVectors carried, MatrixView? start, double localTolerance,
        Action<double>? progress, CancellationToken cancellation)
    {
        _trajectory = trajectory;
        _options = options;
        _carried = carried;
        _backend = backend;
        _progress = progress;
        _cancellation = cancellation;
        _n = trajectory.TrainSize;
        _m = trajectory.TestSize;
        _c = start?.Columns ?? _n;
        // Columns of X: P (or P times the start block), the vector carried across one interval, the error probes.
        int columns = _c + 1 + ErrorProbes.Count;
        _kernels = New(_n + _m, _n);
        _method = Methods.Create(options.Method, trajectory, columns, _kernels, backend);
        _assembler = new Assembler(trajectory, _c, columns, _kernels, backend);
        _controller = new StepController(_method.Order, localTolerance);
        _probes = new ErrorProbes(trajectory, _c, backend);
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
        (_x, _coarseX, _fineX) = (New(_n, columns), New(_n, _c), New(_n, columns));
        (_w, _coarseW, _fineW) = (New(_c, _c), New(_c, _c), New(_c, _c));
        (_g, _coarseG, _fineG) = (New(_n + _m, columns), New(_n + _m, _c), New(_n + _m, columns));
        _cross = New(_c, ErrorProbes.Count);
        _rate = New(_n, ErrorProbes.Count);
        _product = New(_n, ErrorProbes.Count);
        if (start is { } block) block.CopyTo(_x.ColumnRange(0, _c));
        else
            for (int i = 0; i < _n; i++) _x[i, i] = 1;
    }

    private MatrixView Carried => _x.ColumnRange(_c + 1, ErrorProbes.Count);

    public IntegrationError Error { get; private set; } = new(double.NaN, double.NaN, double.NaN);

    public void Run()
    {
        AtKnot();
        double step = _options.FixedSteps is null ? FirstStep() : 0;
        for (int interval = 0; interval < _trajectory.Intervals; interval++)
        {
            if (_carried.PerInterval is { } vectors) vectors[interval].CopyTo(_x.Column(_c));
            int before = _accepted;
            if (_options.FixedSteps is { } count) FixedInterval(interval, count);
            else step = AdaptiveInterval(interval, step);
            _steps.Add(_accepted - before);
            if (_carried.PerInterval is not null) _intervalTransported.Add(_x.Column(_c).ToArray());
            AtKnot();
            _progress?.Invoke((interval + 1.0) / _trajectory.Intervals);
        }
        if (_options.FixedSteps is not null) return;
        var (p, w, gs, gq) = _probes.Norms(Carried);
        Error = new IntegrationError(
            Relative(p, Math.Max(Norms.Frobenius(_x.ColumnRange(0, _c)), SmallestPropagator)),
            Relative(w, Norms.Frobenius(_w)),
            Math.Max(Relative(gs, Norms.Frobenius(_g.Slice(0, 0, _n, _c))), Relative(gq, Norms.Frobenius(_g.Slice(_n, 0, _m, _c)))));
    }

    public Propagation Result(int pass) => new()
    {
        P = _x.ColumnRange(0, _c).ToMatrix(),
        W_S = _w.ToMatrix(),
        G_S = _g.Slice(0, 0, _n, _c).ToMatrix(),
        G_Q = _g.Slice(_n, 0, _m, _c).ToMatrix(),
        Nodes = _nodes,
        StepsPerInterval = _steps,
        Transported = _transported,
        IntervalTransported = _intervalTransported,
        Error = Error,
        Report = new SolveReport(_method.Name, _accepted, _rejected, pass),
    };

    private void FixedInterval(int interval, int count)
    {
        double start = _trajectory.Knots[interval], length = _trajectory.Knots[interval + 1] - start;
        for (int i = 0; i < count; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            double t = start + length * i / count, h = length / count;
            _method.Step(_trajectory, interval, t, h, _x, _x);
            _assembler.Add(_trajectory, interval, t, h, _method, reset: false, _w, _g, default);
            AddNodes(interval, t, h);
            _accepted++;
        }
    }

    private double AdaptiveInterval(int interval, double step)
    {
        double t = _trajectory.Knots[interval], end = _trajectory.Knots[interval + 1];
        bool first = true;
        if (_firstStep is { } previous) step = Math.Min(step, 1.5 * previous);
        while (t < end)
        {
            _cancellation.ThrowIfCancellationRequested();
            double left = end - t;
            // Equal steps to the end of the interval: no sliver is left over.
            double pieces = Math.Ceiling(left / step * (1 - 1e-12));
            bool last = pieces <= 1;
            double h = last ? left : left / pieces;
            if (!(h > 16 * Math.ScaleB(1, -52) * Math.Max(Math.Abs(t), Math.Abs(end))))
                throw new NumericalException(FormattableString.Invariant(
                    $"{_method.Name}: the step size fell to {h:G3} at t = {t:R} (step {_accepted + 1}); likely cause: the tolerance is below rounding there, or the kernel jumps."));
            double error = TryStep(interval, t, h);
            if (!double.IsFinite(error))
                throw new NumericalException(FormattableString.Invariant(
                    $"{_method.Name}: a value that is not finite appeared at t = {t:R}, h = {h:G3} (step {_accepted + 1}); likely cause: a kernel or loss Hessian that is not finite there."));
            double next = _controller.Next(h, error);
            if (_controller.Accepts(error))
            {
                Accept(interval, t, h);
                if (first) _firstStep = last ? null : h;
                first = false;
                t = last ? end : t + h;
                // A step shortened by the end of an interval says nothing against the longer one.
                step = last ? Math.Max(next, step) : next;
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

    // The local error of the two half steps, relative to the operators as they stand at t + h: the largest over P, W, G_S and G_Q.
    private double TryStep(int interval, double t, double h)
    {
        _method.Step(_trajectory, interval, t, h, _x.ColumnRange(0, _c), _coarseX);
        _assembler.Add(_trajectory, interval, t, h, _method, reset: true, _coarseW, _coarseG, default);
        double half = 0.5 * h;
        _method.Step(_trajectory, interval, t, half, _x, _fineX);
        _assembler.Add(_trajectory, interval, t, half, _method, reset: true, _fineW, _fineG, _cross);
        _method.Step(_trajectory, interval, t + half, half, _fineX, _fineX);
        _assembler.Add(_trajectory, interval, t + half, half, _method, reset: false, _fineW, _fineG, _cross);

        _divisor = _method.Halving.Divisor(StiffnessOfDifference(interval, t, h));
        double p = Math.Max(Norms.Frobenius(_fineX.ColumnRange(0, _c)), SmallestPropagator);
        MatrixView g = _g.ColumnRange(0, _c), fineG = _fineG.ColumnRange(0, _c); // the carried vectors have units of their own
        double w = Norms.Sum(_w, _fineW, 0, _c), gs = Norms.Sum(g, fineG, 0, _n), gq = Norms.Sum(g, fineG, _n, _m);
        if (!double.IsFinite(p + w + gs + gq)) return double.NaN;
        double error = Math.Max(Relative(Norms.Difference(_coarseX, _fineX, 0, _n), p), Relative(Norms.Difference(_coarseW, _fineW, 0, _c), w));
        error = Math.Max(error, Relative(Norms.Difference(_coarseG, _fineG, 0, _n), gs));
        if (_m > 0) error = Math.Max(error, Relative(Norms.Difference(_coarseG, _fineG, _n, _m), gq));
        return error / _divisor;
    }

    // z = h·‖BK·D‖/‖D‖ for the difference D of the two solutions: the rate at which the error lives decides how far halving can be trusted.
    private double StiffnessOfDifference(int interval, double t, double h)
    {
        var difference = _probes.Difference(_fineX, _coarseX);
        double size = Norms.Frobenius(difference);
        if (!(size > 0)) return 0;
        _trajectory.Kernels(interval, t + h, _kernels);
        _trajectory.Hessian(interval, t + h, _hessian);
        var product = _product;
        _backend.Gemm(Op.None, Op.None, h, _kernels.Slice(0, 0, _n, _n), difference, 0, product);
        _hessian.Apply(1, product, 0, _rate);
        return Norms.Frobenius(_rate) / size;
    }

    private void Accept(int interval, double t, double h)
    {
        _fineX.CopyTo(_x);
        _probes.Accept(_divisor, Carried, _fineW, _coarseW, _cross, _fineG, _coarseG);
        VectorKernels.Combine(1, _w.Array, 1, _fineW.Array, _w.Array);
        VectorKernels.Combine(1, _g.Array, 1, _fineG.Array, _g.Array);
        AddNodes(interval, t, 0.5 * h);
        AddNodes(interval, t + 0.5 * h, 0.5 * h);
        _accepted++;
    }

    private void AddNodes(int interval, double t, double h)
    {
        for (int i = 0; i < _method.Nodes.Length; i++)
            _nodes.Add(new QuadratureNode(interval, t + _method.Nodes[i] * h, h * _method.Weights[i]));
    }

    private void AtKnot()
    {
        if (_carried.Start is not { } v) return;
        var result = new double[_n];
        for (int j = 0; j < _c; j++) VectorKernels.Axpy(v[j], _x.Column(j), result);
        _transported.Add(result);
    }

    // h·‖B‖‖K‖ ≤ 1 at s: the fastest mode decays over several steps instead of inside one.
    private double FirstStep()
    {
        double s = _trajectory.Knots[0];
        _trajectory.Kernels(0, s, _kernels);
        _trajectory.Hessian(0, s, _hessian);
        double rate = _hessian.NormBound() * Norms.Frobenius(_kernels.Slice(0, 0, _n, _n)), whole = _trajectory.Knots[^1] - s;
        if (!double.IsFinite(rate))
            throw new NumericalException(FormattableString.Invariant($"{_method.Name}: a kernel or loss Hessian at the start, t = {s:R}, is not finite."));
        return rate > 0 ? Math.Min(whole, 1 / rate) : whole;
    }

    private static double Relative(double error, double norm) => error == 0 ? 0 : error / norm;

    private static MatrixView New(int rows, int columns) => new(new double[rows * columns], rows, columns);
}
