using KernelFlow.Numerics;

namespace KernelFlow.Validation.Coupling;

/// <summary>The network of a recording trained again from other initial weights by gradient descent, on the same data with the same steps.</summary>
internal sealed class ForeignNetwork
{
    private readonly TrainingData _data;
    private readonly NetworkEvaluator _evaluator;
    private readonly LossModel _loss;
    private readonly double _rate;
    private readonly double[] _w, _gradient, _u, _g;
    private long _step;

    /// <summary>Makes it; nothing is trained yet.</summary>
    public ForeignNetwork(RecordingOptions recording, long seed, Backend backend)
    {
        if (recording.Optimizer != OptimizerKind.GradientDescent || recording.LearningRateSchedule != LearningRateSchedule.Constant
            || recording.WarmupSteps != 0)
            throw new ArgumentException("The foreign network is trained by gradient descent at a constant learning rate.");
        _data = TrainingData.Create(recording);
        var network = FeedForwardNetwork.Create(_data.InputSize, recording.Layers, recording.Activation, _data.Outputs, recording.Parametrisation);
        _evaluator = new NetworkEvaluator(network, backend);
        _loss = Losses.Of(recording.Loss, _data.Y_S, _data.Outputs);
        _rate = recording.LearningRate;
        _w = network.Initialise(seed, recording.Scale);
        _gradient = new double[_w.Length];
        _u = new double[_data.Y_S.Length];
        _g = new double[_u.Length];
    }

    /// <summary>Trains up to a step.</summary>
    public void AdvanceTo(long step, CancellationToken cancellation)
    {
        for (; _step < step; _step++)
        {
            cancellation.ThrowIfCancellationRequested();
            _evaluator.LossGradient(_w, _data.X_S, _loss, _u, _g, _gradient);
            VectorRoutines.Axpy(-_rate, _gradient, _w);
        }
    }

    /// <summary>Whether the training still has numbers.</summary>
    public bool IsFinite => VectorRoutines.AllFinite(_w);

    /// <summary>∂U_Q/∂w here, or at the middle of the step that leaves here; float32, as recordings store it.</summary>
    public MemoryTensor TestJacobian(string name, bool middle) =>
        new(name, Array.ConvertAll(Jacobian(_data.X_Q, _data.Y_Q.Length, middle), v => (float)v), _data.Test, _data.Outputs, _w.Length);

    /// <summary>∂U_S/∂w or ∂U_Q/∂w here, or at the middle of the step that leaves here, in float64.</summary>
    public MemoryTensor FullJacobian(string name, bool train, bool middle) => train
        ? new(name, Jacobian(_data.X_S, _data.Y_S.Length, middle), _data.Train, _data.Outputs, _w.Length)
        : new(name, Jacobian(_data.X_Q, _data.Y_Q.Length, middle), _data.Test, _data.Outputs, _w.Length);

    private double[] Jacobian(double[] x, int size, bool middle)
    {
        double[] w = _w, outputs = new double[size], J = new double[size * _w.Length];
        if (middle)
        {
            _evaluator.LossGradient(_w, _data.X_S, _loss, _u, _g, _gradient);
            w = (double[])_w.Clone();
            VectorRoutines.Axpy(-0.5 * _rate, _gradient, w);
        }
        _evaluator.Jacobian(w, x, outputs, J);
        return J;
    }
}
