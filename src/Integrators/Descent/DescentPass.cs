using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>One pass of the descent recursion. Columns of X: P, then the predicted gradient, the vector of the single step, and the two error vectors of <see
/// cref="QuadratureError"/>.</summary>
internal sealed class DescentPass
{
    internal const int Carried = 4;

    private readonly StepResponse _response;
    private readonly OutputRecord? _recorded;
    private readonly CarriedVectors _vectors;
    private readonly Backend _backend;
    private readonly Action<double>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly int _n, _m, _steps;
    private readonly MatrixView _x, _t, _kp;
    private readonly DenseMatrix _w, _gS, _gQ;
    private readonly ChordHessian _hessian;
    private readonly Sharpness _sharpness;
    private readonly QuadratureError _residual, _estimate;
    private readonly double[][] _transported, _intervalTransported;
    private readonly List<PartialGramian> _partial = [];
    private readonly double[] _z, _du, _bdu, _trainDisplacement, _testDisplacement, _trainResidual, _testResidual;
    private double _lossChange, _logGrowth, _peak = 1, _size = 1;
    private bool _estimateKnown;

    public DescentPass(StepResponse response, OutputRecord? recorded, CarriedVectors vectors, Backend backend, Action<double>? progress, CancellationToken cancellation)
    {
        (_response, _recorded, _vectors, _backend, _progress, _cancellation) = (response, recorded, vectors, backend, progress, cancellation);
        (_n, _m, _steps) = (response.TrainSize, response.TestSize, response.LearningRates.Count);
        if (recorded is not null && recorded.Times.Count != _steps + 1)
            throw new ArgumentException($"Outputs were recorded at {recorded.Times.Count} checkpoints, expected {_steps + 1} for {_steps} steps.", nameof(recorded));
        PropagationChecks.Require(vectors, _n, _n, _steps);
        _x = new MatrixView(new double[_n * (_n + Carried)], _n, _n + Carried);
        _t = new MatrixView(new double[(_n + _m) * (_n + Carried)], _n + _m, _n + Carried);
        _kp = new MatrixView(new double[_n * _n], _n, _n);
        (_w, _gS, _gQ) = (new DenseMatrix(_n, _n), new DenseMatrix(_n, _n), new DenseMatrix(_m, _n));
        _hessian = new ChordHessian(_n / response.Outputs, response.Outputs);
        _sharpness = new Sharpness(_n, backend);
        (_residual, _estimate) = (new QuadratureError(_n, _m), new QuadratureError(_n, _m, @unsigned: response.Quadrature == ChordQuadratures.Midpoint));
        _transported = Results(vectors.Start is null ? 0 : _steps + 1, _n);
        _intervalTransported = Results(vectors.PerInterval is null ? 0 : _steps, _n);
        (_du, _bdu) = (new double[_n], new double[_n]);
        (_z, _trainDisplacement, _testDisplacement, _trainResidual, _testResidual) = (new double[_steps], new double[_steps], new double[_steps], new double[_steps], new double[_steps]);
    }

    private MatrixView P => _x.ColumnRange(0, _n);

    private Span<double> Predicted => _x.Column(_n);

    private Span<double> Single => _x.Column(_n + 1);

    private Span<double> ResidualError => _x.Column(_n + 2);

    private Span<double> EstimateError => _x.Column(_n + 3);

    public DescentResult Run()
    {
        for (int i = 0; i < _n; i++) _x[i, i] = 1;
        _estimateKnown = _vectors.Start is not null;
        if (_vectors.Start is { } start)
        {
            start.CopyTo(Predicted);
            start.CopyTo(_transported[0], 0);
        }
        for (int k = 0; k < _steps; k++)
        {
            _cancellation.ThrowIfCancellationRequested();
            Step(k);
            _progress?.Invoke((k + 1.0) / _steps);
        }
        var (response, motion) = _response.Bounds(_cancellation);
        return new DescentResult(Operators(), Record(response, motion));
    }

    private void Step(int k)
    {
        double eta = _response.LearningRates[k];
        _response.Hessians(k, _hessian);
        if (_recorded is not null) _recorded.Gradients[k].CopyTo(Single);
        else if (_vectors.PerInterval is { } each) each[k].CopyTo(Single);
        _response.Respond(k, _x, _hessian, _t);

        _backend.Gemm(Op.None, Op.None, 1, _response.Start, P, 0, _kp);
        _backend.SymmetricProduct(eta, P, _kp, 1, _w);
        MatrixView gS = _gS, gQ = _gQ;
        for (int j = 0; j < _n; j++)
        {
            var column = _t.Column(j);
            TensorPrimitives.Add(gS.Column(j), column[.._n], gS.Column(j));
            TensorPrimitives.Add(gQ.Column(j), column[_n..], gQ.Column(j));
        }
        Sharpen(k, eta);
        Vectors(k);
        _hessian.Average.Apply(-1, _t.Slice(0, 0, _n, _n + Carried), 1, _x);
        // Sources of error enter after the step, which has carried those that were there before.
        if (_recorded is not null) _residual.Inject(ResidualError, _hessian.Average);
        if (_estimateKnown) _estimate.Inject(EstimateError, _hessian.Average);
        if (_vectors.Start is not null) Predicted.CopyTo(_transported[k + 1]);
        if (_vectors.PerInterval is not null) Single.CopyTo(_intervalTransported[k]);
        CheckFinite(k);
        if (_vectors.KeepGramianAt.Contains(k + 1)) _partial.Add(new PartialGramian(k + 1, (DenseMatrix)_w.Clone()));
    }

    private void Sharpen(int k, double eta)
    {
        _z[k] = eta * _sharpness.Largest(_hessian.Start, _response.Preconditioned);
        // Growth of the stiffest mode: the larger root of r² − (1 + μ − γz)r + μ = 0.
        double mu = _response.Rule.Decay, s = Math.Abs(1 + mu - _response.Rule.Gain * _z[k]), discriminant = s * s - 4 * mu;
        _logGrowth += Math.Max(0, Math.Log(discriminant < 0 ? Math.Sqrt(mu) : 0.5 * (s + Math.Sqrt(discriminant))));
    }

    // What concerns single vectors, before X moves on.
    private void Vectors(int k)
    {
        TensorPrimitives.Negate(_t.Column(_n)[.._n], _du);
        Apply(_hessian.Remainder, _du);
        _lossChange += TensorPrimitives.Dot<double>(Predicted, _du) + 0.5 * TensorPrimitives.Dot<double>(_du, _bdu);
        if (_recorded is not null)
        {
            Residuals(k, _recorded);
            _residual.Accumulate(ResidualError, _t.Column(_n + 2), Predicted, _du, _hessian.Remainder, null);
        }
        _estimateKnown &= _response.HasDefect && _hessian.HasDefect;
        if (!_estimateKnown) return;
        TensorPrimitives.Negate(_response.Defect, _estimate.Source);
        Apply(_hessian.AverageDefect, _du);
        _bdu.CopyTo(_estimate.Correction, 0);
        _estimate.Accumulate(EstimateError, _t.Column(_n + 3), Predicted, _du, _hessian.Remainder, _hessian.RemainderDefect);
    }

    // s = ΔU + T of the recorded gradients, c = Δg − B̄ΔU_S, and what B̄' leaves of ΔΦ.
    private void Residuals(int k, OutputRecord recorded)
    {
        double[] s = _residual.Source, c = _residual.Correction;
        Span<double> train = s.AsSpan(0, _n), test = s.AsSpan(_n);
        TensorPrimitives.Subtract(recorded.TrainOutputs[k + 1], recorded.TrainOutputs[k], train);
        TensorPrimitives.Subtract(recorded.TestOutputs[k + 1], recorded.TestOutputs[k], test);
        (_trainDisplacement[k], _testDisplacement[k]) = (Norm(train), Norm(test));
        Apply(_hessian.Average, s);
        for (int i = 0; i < _n; i++) c[i] = recorded.Gradients[k + 1][i] - recorded.Gradients[k][i] - _bdu[i];
        Apply(_hessian.Remainder, s);
        double? loss = recorded.Losses[k + 1] - recorded.Losses[k] - TensorPrimitives.Dot<double>(recorded.Gradients[k], train) - 0.5 * TensorPrimitives.Dot<double>(_bdu, train);
        _residual.AddLoss(loss ?? 0);
        TensorPrimitives.Add(s, _t.Column(_n + 1), s);
        (_trainResidual[k], _testResidual[k]) = (Norm(train), Norm(test));
    }

    private void CheckFinite(int k)
    {
        double size = MatrixNorms.Frobenius(P) / Math.Sqrt(_n);
        if (!double.IsFinite(size + MatrixNorms.Frobenius(_t) + MatrixNorms.Frobenius(_w))) throw DescentFailure.At(k, _response, _hessian, _t, _size, _z[k]);
        _size = size;
        _peak = Math.Max(_peak, size);
    }

    private Propagation Operators() => new()
    {
        P = P.ToMatrix(),
        W_S = _w,
        G_S = _gS,
        G_Q = _gQ,
        Nodes = [],
        StepsPerInterval = Enumerable.Repeat(1, _steps).ToArray(),
        Transported = _transported,
        IntervalTransported = _intervalTransported,
        PartialGramians = _partial,
        Error = new IntegrationError(0, 0, 0),
        Report = new SolveReport($"descent ({_response.Rule.Kind}, {_response.Quadrature})", _steps, 0, 1),
    };

    private DescentRecord Record(double response, double motion)
    {
        double gradient = _vectors.Start is { } v ? Norm(v) : 0;
        var (loss, train, test) = Changes();
        return new DescentRecord
        {
            Optimizer = _response.Rule.Kind,
            Quadrature = _response.Quadrature,
            Z = _z,
            StabilityEdge = _response.Rule.StabilityEdge,
            Amplification = Math.Exp(Math.Min(_logGrowth, 700)),
            PeakPropagator = _peak,
            PredictedLossChange = _lossChange,
            ResponseBound = response,
            MotionBound = motion,
            HasTestKernel = _response.HasTestKernel,
            Epsilon = _response.Epsilon,
            Residuals = _recorded is null ? null : new StepResiduals(_trainDisplacement, _testDisplacement, _trainResidual, _testResidual),
            Residual = _recorded is null ? null : _residual.Relative(loss, gradient, train, test, Predicted, ResidualError),
            Estimate = _estimateKnown ? _estimate.Relative(loss, gradient, train, test, Predicted, EstimateError) : null,
        };
    }

    // |ΔΦ|, ‖ΔU_S‖ and ‖ΔU_Q‖ over the window: recorded, otherwise predicted.
    private (double Loss, double Train, double Test) Changes()
    {
        if (_recorded is { } r)
        {
            double? loss = r.Losses[^1] - r.Losses[0];
            return (Math.Abs(loss ?? _lossChange), Distance(r.TrainOutputs), Distance(r.TestOutputs));
        }
        if (_vectors.Start is not { } g) return (0, 0, 0);
        return (Math.Abs(_lossChange), Image(_gS, g), Image(_gQ, g));
    }

    private static double Distance(IReadOnlyList<double[]> outputs) => outputs[0].Length == 0 ? 0 : TensorPrimitives.Distance<double>(outputs[^1], outputs[0]);

    private static double Image(DenseMatrix a, double[] x)
    {
        var result = new double[a.RowCount];
        for (int j = 0; j < x.Length; j++) TensorPrimitives.MultiplyAdd(((MatrixView)a).Column(j), x[j], result, result);
        return Norm(result);
    }

    private static double Norm(ReadOnlySpan<double> a) => TensorPrimitives.Norm(a);

    private static double[][] Results(int count, int length) => Enumerable.Range(0, count).Select(_ => new double[length]).ToArray();

    // bdu ← B·x for the first N entries of x
    private void Apply(OutputHessian B, double[] x) => B.Apply(1, new MatrixView(x, 0, _n, 1, _n), 0, new MatrixView(_bdu, _n, 1));
}
