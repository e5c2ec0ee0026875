using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>Trains step by step. A step is first computed (so that a recorder can see where it goes), then taken.
/// Everything follows from the options.</summary>
internal sealed class Trainer
{
    private readonly RecordingOptions _options;
    private readonly TrainingData _data;
    private readonly UpdateRule _rule;
    private readonly BatchSampler? _sampler;
    private readonly ParameterGate? _gate;
    private readonly double[] _u, _g, _x, _y;
    private double[] _w, _next;
    private double _time, _timeError;

    public Trainer(RecordingOptions options, TrainingData data, FeedForwardNetwork network, Backend backend)
    {
        _options = options;
        _data = data;
        Evaluator = new NetworkEvaluator(network, backend);
        Loss = CreateLoss(options.Loss, data.Y_S, data.Outputs);
        _rule = UpdateRule.Create(options, network.Parameters);
        _gate = ParameterGate.Create(options, Evaluator);
        _w = network.Initialise(options.Seed, options.Scale);
        _next = new double[_w.Length];
        Gradient = new double[_w.Length];
        int examples = data.Train;
        (_x, _y) = (data.X_S, data.Y_S);
        if (options.Batch is { } b)
        {
            _sampler = new BatchSampler(data.Train, b, new RandomStream(options.Seed, RandomStream.Purpose.Batches));
            examples = b;
            (_x, _y) = (new double[ArraySize.Of(b, data.InputSize)], new double[ArraySize.Of(b, data.Outputs)]);
        }
        _u = new double[ArraySize.Of(examples, data.Outputs)];
        _g = new double[_u.Length];
    }

    /// <summary>Evaluates the network; its work space is shared with the training steps.</summary>
    public NetworkEvaluator Evaluator { get; }

    /// <summary>Φ_S over all training examples.</summary>
    public LossModel Loss { get; }

    /// <summary>The update rule as the manifest names it.</summary>
    public Optimizer Optimizer => _rule.Info;

    /// <summary>How many steps were taken.</summary>
    public int Step { get; private set; }

    /// <summary>Sum of the learning rates of the steps taken, with compensated summation: k·η to rounding when η is constant.</summary>
    public double Time => _time + _timeError;

    /// <summary>The parameters w that the computed step leaves.</summary>
    public double[] Parameters => _w;

    /// <summary>The parameters w after the computed step.</summary>
    public double[] Next => _next;

    /// <summary>∇_w of the loss that the computed step descends.</summary>
    public double[] Gradient { get; }

    /// <summary>Examples of the computed step; null for all.</summary>
    public int[]? Batch { get; private set; }

    /// <summary>The diagonal M of the computed step, if the optimizer has one; reused by the next.</summary>
    public double[]? Preconditioner => _rule.Preconditioner;

    /// <summary>η of the computed step.</summary>
    public double LearningRate { get; private set; }

    /// <summary>Loss (of the batch) before the computed step.</summary>
    public double LossValue { get; private set; }

    /// <summary>Computes the step that leaves the current parameters, without taking it; once for every step.</summary>
    /// <exception cref="NumericalException">The loss is no longer finite.</exception>
    public void ComputeStep()
    {
        LearningRate = LearningRates.At(_options, Step);
        var loss = Loss;
        if (_sampler is not null)
        {
            Batch = _sampler.Next();
            int d = _data.InputSize, p = _data.Outputs;
            for (int i = 0; i < Batch.Length; i++)
            {
                _data.X_S.AsSpan(Batch[i] * d, d).CopyTo(_x.AsSpan(i * d));
                _data.Y_S.AsSpan(Batch[i] * p, p).CopyTo(_y.AsSpan(i * p));
            }
            loss = CreateLoss(_options.Loss, _y, p);
        }
        LossValue = Evaluator.LossGradient(_w, _x, loss, _u, _g, Gradient);
        if (!double.IsFinite(LossValue))
            throw new NumericalException(
                FormattableString.Invariant($"Training diverged: the loss at step {Step} is {LossValue}; use a learning rate below {_options.LearningRate}."));
        _rule.Step(_w, Gradient, _gate?.Compute(_w, _x, _g, loss.Examples, Gradient), LearningRate, _next);
    }

    /// <summary>Takes the computed step.</summary>
    public void TakeStep()
    {
        (_w, _next) = (_next, _w);
        Step++;
        double sum = _time + LearningRate;
        _timeError += Math.Abs(_time) >= LearningRate ? _time - sum + LearningRate : LearningRate - sum + _time;
        _time = sum;
    }

    /// <summary>The loss of the given kind with these targets.</summary>
    public static LossModel CreateLoss(LossKind kind, double[] y, int p) => kind switch
    {
        LossKind.Squared => LossModel.Squared(y, p),
        LossKind.SoftmaxCrossEntropy => LossModel.SoftmaxCrossEntropy(y, p),
        LossKind.Logistic => LossModel.Logistic(y),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a loss."),
    };
}
