using KernelFlow.Numerics;

namespace KernelFlow.Validation.Seeded;

/// <summary>A training whose targets, batches and steps are the caller's: what the recorder does not offer.</summary>
internal sealed class OwnTraining
{
    private readonly NetworkEvaluator _evaluator;
    private readonly RecordingOptions _options;
    private readonly double[] _u, _g, _gradient;
    private readonly double[]? _velocity;
    private readonly LossModel _loss;

    /// <summary>The network of some options at its start.</summary>
    /// <param name="options">Data, network, seed and loss; momentum where they say so.</param>
    /// <param name="backend">The dense linear algebra.</param>
    /// <param name="targets">Other training targets; null for those of the data.</param>
    public OwnTraining(RecordingOptions options, Backend backend, double[]? targets = null)
    {
        _options = options;
        Data = TrainingData.Create(options);
        var network = FeedForwardNetwork.Create(Data.InputSize, options.Layers, options.Activation, Data.Outputs, options.Parametrisation);
        _evaluator = new NetworkEvaluator(network, backend);
        W = network.Initialise(options.Seed, options.Scale);
        _gradient = new double[W.Length];
        _velocity = options.Optimizer == OptimizerKind.Momentum ? new double[W.Length] : null;
        _u = new double[Data.Y_S.Length];
        _g = new double[_u.Length];
        _loss = Losses.Of(options.Loss, targets ?? Data.Y_S, Data.Outputs);
    }

    /// <summary>The examples.</summary>
    public TrainingData Data { get; }

    /// <summary>The parameters w.</summary>
    public double[] W { get; }

    /// <summary>One step over all examples, by gradient descent or momentum.</summary>
    /// <returns>The loss before the step.</returns>
    public double Step(double eta)
    {
        double loss = _evaluator.LossGradient(W, Data.X_S, _loss, _u, _g, _gradient);
        if (_velocity is null) VectorRoutines.Axpy(-eta, _gradient, W);
        else
        {
            VectorRoutines.Combine(_options.Momentum, _velocity, 1, _gradient, _velocity);
            VectorRoutines.Axpy(-eta, _velocity, W);
        }
        return loss;
    }

    /// <summary>The gradients of single examples at w, [n, D], and their mean is ∇L.</summary>
    public double[] ExampleGradients()
    {
        int n = Data.Train, p = Data.Outputs, D = W.Length;
        double[] J = new double[_u.Length * D], rows = new double[n * D];
        _evaluator.Jacobian(W, Data.X_S, _u, J);
        _loss.Gradient(_u, _g);
        for (int i = 0; i < n; i++)
            for (int c = 0; c < p; c++) VectorRoutines.Axpy(n * _g[i * p + c], J.AsSpan((i * p + c) * D, D), rows.AsSpan(i * D, D));
        return rows;
    }

    /// <summary>The test outputs at w.</summary>
    public double[] TestOutputs()
    {
        var u = new double[Data.Y_Q.Length];
        _evaluator.Outputs(W, Data.X_Q, u);
        return u;
    }
}
