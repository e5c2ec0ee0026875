using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>The descent of the operators, P with W_d and G_d, or of a block V in their place; with the vectors that are wanted, and the errors that are
/// known, all in one run of the recursion.</summary>
internal sealed class OperatorDescent : DescentObserver
{
    private readonly StepResponse _response;
    private readonly OutputRecord? _recorded;
    private readonly CarriedVectors _wanted;
    private readonly Action<double>? _progress;
    private readonly Backend _backend;
    private readonly int _n, _steps;
    private readonly DescentColumns _columns;
    private readonly MatrixView _x;
    private readonly DescentSums _sums;
    private readonly StepStability _stability;
    private readonly PredictedLoss _loss;
    private readonly RecordedResiduals? _residuals;
    private readonly DefectEstimate _estimate;
    private readonly List<double[]> _transported = [], _singles = [];
    private readonly List<PartialGramian> _partial = [];
    private readonly double[]? _moved; // T of the predicted gradient, summed over the steps, where the operators do not have it
    private MatrixView _t;

    /// <param name="response">Takes the steps.</param>
    /// <param name="recorded">Outputs before every step and after the last one; null for none.</param>
    /// <param name="wanted">Vectors to carry.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="failing">Steps that do not fit what was recorded.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="block">V, N×c: the block in place of the operators; null for these.</param>
    public OperatorDescent(StepResponse response, OutputRecord? recorded, CarriedVectors wanted, Backend backend, long seed,
        IReadOnlySet<int> failing, Action<double>? progress, MatrixView? block = null)
    {
        (_response, _recorded, _wanted, _progress, _backend) = (response, recorded, wanted, progress, backend);
        (_n, _steps) = (response.TrainSize, response.LearningRates.Count);
        int m = response.Rows - _n;
        if (recorded is not null && recorded.Times.Count != _steps + 1)
            throw new ArgumentException($"Outputs were recorded at {recorded.Times.Count} checkpoints, expected {_steps + 1} for {_steps} steps.",
                nameof(recorded));
        PropagationChecks.Require(wanted, _n, _n, _steps);
        int carried = response.Carried;
        _columns = new DescentColumns(carried, response.Quadrature);
        _x = Buffers.Zero(_n, _columns.Count);
        if (block is { } v) v.CopyTo(_columns.P(_x));
        else for (int i = 0; i < _n; i++) _x[i, i] = 1;
        _sums = new DescentSums(_n, m, carried, backend);
        _stability = new StepStability(response, backend, seed);
        _loss = new PredictedLoss(_n);
        _residuals = recorded is null ? null : new RecordedResiduals(recorded, _n, m, _steps);
        _estimate = new DefectEstimate(response, wanted.Start is not null, failing);
        _moved = (response.IsForced || block is not null) && wanted.Start is not null ? new double[response.Rows] : null;
        if (wanted.Start is not { } start) return;
        start.CopyTo(_columns.Predicted(_x));
        _transported.Add(start.ToArray());
    }

    /// <summary>Runs all steps.</summary>
    public DescentResult Run(CancellationToken cancellation)
    {
        DescentLoop.Run(_response, _x, this, cancellation);
        var (response, motion) = _response.Bounds(cancellation);
        return new DescentResult(Operators(), Record(response, motion));
    }

    /// <summary>Runs all steps for the block.</summary>
    public DescentBlock Carry(CancellationToken cancellation)
    {
        DescentLoop.Run(_response, _x, this, cancellation);
        var report = new SolveReport($"descent of columns ({_response.Rule.Kind}, {_response.Quadrature.Name()})", _steps, 0, 1);
        var block = new BlockTransport(_columns.P(_x).ToMatrix(), _sums.Train, _sums.Test, _sums.W, new IntegrationError(0, 0, 0), report)
        {
            StepsPerInterval = Enumerable.Repeat(1, _steps).ToArray(),
        };
        var (loss, train, test) = Changes();
        var steps = new DescentSteps
        {
            Optimizer = _response.Rule.Kind,
            Quadrature = _response.Quadrature,
            Z = _stability.Z,
            StabilityEdge = _response.Rule.StabilityEdge,
            Amplification = _stability.Amplification,
            PeakPropagator = double.NaN,
            PredictedLossChange = _loss.Change,
            Residuals = _residuals?.PerStep,
            Residual = _residuals?.Error.Relative(loss, Start, train, test),
            Estimate = _estimate.Relative(loss, Start, train, test, _columns.Predicted(_x), _columns.EstimateErrors(_x)),
        };
        return new DescentBlock(block, new DescentTransport(_transported, _moved![.._n], _moved[_n..], _loss.Change), steps);
    }

    public override void Before(long step, in MatrixView x)
    {
        if (_recorded is not null) _recorded.Gradients[(int)step].CopyTo(_columns.Single(x));
        else if (_wanted.PerInterval is { } each) each[(int)step].CopyTo(_columns.Single(x));
    }

    public override void Responded(long step, in MatrixView x, in MatrixView t)
    {
        int k = (int)step;
        _t = t;
        _sums.Add(_response.LearningRates[k], _response.Start, x, t);
        _stability.Responded(k);
        var predicted = _columns.Predicted(x);
        if (_moved is not null) TensorPrimitives.Add(_moved, _columns.Predicted(t), _moved);
        _loss.Add(predicted, _columns.Predicted(t)[.._n], _response.Hessian.Remainder);
        _residuals?.Responded(k, _response.Hessian, _columns.Single(t), _columns.ResidualError(x), _columns.ResidualError(t), predicted, _loss.Displacement);
        _estimate.Responded(k, _columns.EstimateErrors(x), _columns.EstimateErrors(t), predicted, _loss.Displacement);
    }

    public override void Moved(long step, in MatrixView x)
    {
        int k = (int)step;
        // Sources of error enter after the step, which has carried those that were there before.
        _residuals?.Error.Inject(_columns.ResidualError(x), _response.Average);
        _estimate.Moved(_columns.EstimateErrors(x));
        if (_wanted.Start is not null) _transported.Add(_columns.Predicted(x).ToArray());
        if (_wanted.PerInterval is not null) _singles.Add(_columns.Single(x).ToArray());
        _stability.Moved(k, _columns.P(x), _t, _sums.W);
        if (_wanted.KeepGramianAt.Contains(k + 1)) Keep(k + 1);
        _progress?.Invoke((k + 1.0) / _steps);
    }

    private void Keep(int steps)
    {
        DenseMatrix? response = null;
        if (_wanted.RespondTo is { } v)
        {
            response = new DenseMatrix(_sums.Test.RowCount, v.ColumnCount);
            _backend.Gemm(Op.None, Op.None, 1, _sums.Test, v, 0, response);
        }
        _partial.Add(new PartialGramian(steps, (DenseMatrix)_sums.W.Clone()) { Response = response });
    }

    private Propagation Operators() => new()
    {
        P = _columns.P(_x).ToMatrix(),
        W_S = _sums.W,
        G_S = _sums.Train,
        G_Q = _sums.Test,
        Nodes = [],
        StepsPerInterval = Enumerable.Repeat(1, _steps).ToArray(),
        Transported = _transported,
        IntervalTransported = _singles,
        PartialGramians = _partial,
        Error = new IntegrationError(0, 0, 0),
        Report = new SolveReport($"descent ({_response.Rule.Kind}, {_response.Quadrature.Name()})", _steps, 0, 1),
    };

    private DescentRecord Record(DenseMatrix response, DenseMatrix motion)
    {
        var (loss, train, test) = Changes();
        ReadOnlySpan<double> predicted = _columns.Predicted(_x);
        return new DescentRecord
        {
            Optimizer = _response.Rule.Kind,
            Quadrature = _response.Quadrature,
            Z = _stability.Z,
            StabilityEdge = _response.Rule.StabilityEdge,
            Amplification = _stability.Amplification,
            PeakPropagator = _stability.Peak,
            PredictedLossChange = _loss.Change,
            Forced = Forced(),
            TestKernelIntegral = response,
            ResponseBound = SymmetricEigenvalues.Largest(((MatrixView)response).ToMatrix(), _backend),
            MotionIntegral = motion,
            MotionBound = SymmetricEigenvalues.Largest(((MatrixView)motion).ToMatrix(), _backend),
            HasTestKernel = _response.HasTestKernel,
            Epsilon = _response.Epsilon,
            Residuals = _residuals?.PerStep,
            Residual = _residuals?.Error.Relative(loss, Start, train, test),
            Estimate = _estimate.Relative(loss, Start, train, test, predicted, _columns.EstimateErrors(_x)),
        };
    }

    // ‖g(s)‖ of the predicted gradient.
    private double Start => _wanted.Start is { } v ? TensorPrimitives.Norm<double>(v) : 0;

    // −Σ T has the displacements that the operators make of g(s), and beside them those of the weight decay.
    private (double[] Train, double[] Test)? Forced()
    {
        if (_moved is null) return null;
        double[] train = Times(_sums.Train, _wanted.Start!), test = Times(_sums.Test, _wanted.Start!);
        TensorPrimitives.Subtract(train, _moved.AsSpan(0, _n), train);
        TensorPrimitives.Subtract(test, _moved.AsSpan(_n), test);
        return (train, test);
    }

    // |ΔΦ|, ‖ΔU_S‖ and ‖ΔU_Q‖ over the window: recorded, otherwise predicted.
    private (double Loss, double Train, double Test) Changes()
    {
        if (_recorded is { } r)
        {
            double? loss = r.Losses[^1] - r.Losses[0];
            return (Math.Abs(loss ?? _loss.Change), Distance(r.TrainOutputs), Distance(r.TestOutputs));
        }
        if (_wanted.Start is not { } g) return (0, 0, 0);
        if (_moved is { } moved)
            return (Math.Abs(_loss.Change), TensorPrimitives.Norm<double>(moved.AsSpan(0, _n)), TensorPrimitives.Norm<double>(moved.AsSpan(_n)));
        return (Math.Abs(_loss.Change), Image(_sums.Train, g), Image(_sums.Test, g));
    }

    private static double Distance(IReadOnlyList<double[]> outputs) => outputs[0].Length == 0 ? 0 : TensorPrimitives.Distance<double>(outputs[^1], outputs[0]);

    private static double Image(DenseMatrix a, double[] x) => TensorPrimitives.Norm<double>(Times(a, x));

    private static double[] Times(DenseMatrix a, double[] x)
    {
        var result = new double[a.RowCount];
        for (int j = 0; j < x.Length; j++) TensorPrimitives.MultiplyAdd(((MatrixView)a).Column(j), x[j], result, result);
        return result;
    }
}
