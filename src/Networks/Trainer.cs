using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>Trains step by step. A step is first computed (so that a recorder can see where it goes), then taken.</summary>
internal sealed class Trainer
{
    private readonly RecordingOptions _options;
    private readonly TrainingData _data;
    private readonly double[] _u, _g, _gradient;
    private double[] _w, _next;
    private double _time, _timeError;

    public Trainer(RecordingOptions options, TrainingData data, FeedForwardNetwork network, Backend backend)
    {
        _options = options;
        _data = data;
        Evaluator = new NetworkEvaluator(network, backend);
        Loss = CreateLoss(options.Loss, data.Y_S, data.Outputs);
        _w = network.Initialise(options.Seed, options.Scale);
        _next = new double[_w.Length];
        _gradient = new double[_w.Length];
        _u = new double[data.Train * data.Outputs];
        _g = new double[_u.Length];
    }

    /// <summary>Evaluates the network; its work space is shared with the training steps.</summary>
    public NetworkEvaluator Evaluator { get; }

    /// <summary>Φ_S over all training examples.</summary>
    public LossModel Loss { get; }

    /// <summary>Steps taken.</summary>
    public int Step { get; private set; }

    /// <summary>Sum of the learning rates of the steps taken, with compensated summation: k·η to rounding when η is constant.</summary>
    public double Time => _time + _timeError;

    /// <summary>w.</summary>
    public double[] Parameters => _w;

    /// <summary>w after the step computed last.</summary>
    public double[] Next => _next;

    /// <summary>∇_w of the loss the computed step descends.</summary>
    public double[] Gradient => _gradient;

    /// <summary>η of the computed step.</summary>
    public double LearningRate { get; private set; }

    /// <summary>Loss before the computed step.</summary>
    public double LossValue { get; private set; }

    /// <summary>Computes the step that leaves the current parameters, without taking it.</summary>
    /// <exception cref="NumericalException">The loss is no longer finite.</exception>
    public void ComputeStep()
    {
        LearningRate = _options.LearningRate;
        LossValue = Evaluator.LossGradient(_w, _data.X_S, Loss, _u, _g, _gradient);
        if (!double.IsFinite(LossValue))
            throw new NumericalException(FormattableString.Invariant($"Training diverged: the loss at step {Step} is {LossValue}. Use a learning rate below {_options.LearningRate}."));
        for (int j = 0; j < _w.Length; j++) _next[j] = _w[j] - LearningRate * _gradient[j];
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
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a loss."),
    };
}
