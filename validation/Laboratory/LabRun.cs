using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Laboratory;

/// <summary>A training with everything that is needed to do it again in another way: data, network, initial weights, learning rate.</summary>
internal sealed class LabRun
{
    private readonly NetworkEvaluator _evaluator;
    private CheckpointSequence? _checkpoints;

    public LabRun(LabTraining training, TrainingData data, FeedForwardNetwork network, double[] start, Backend backend)
    {
        (Training, Data, Start, Backend) = (training, data, start, backend);
        _evaluator = new NetworkEvaluator(network, backend);
        Parameters = network.Parameters;
        Loss = LossOf(data.Y_S);
        Marks = training.Options.CheckpointSteps();
    }

    /// <summary>What was trained.</summary>
    public LabTraining Training { get; }

    /// <summary>The examples.</summary>
    public TrainingData Data { get; }

    /// <summary>Initial parameters.</summary>
    public double[] Start { get; }

    /// <summary>The dense linear algebra.</summary>
    public Backend Backend { get; }

    /// <summary>D.</summary>
    public int Parameters { get; }

    /// <summary>The training loss.</summary>
    public LossModel Loss { get; }

    /// <summary>Steps of the checkpoints.</summary>
    public IReadOnlyList<int> Marks { get; }

    /// <summary>η.</summary>
    public double Rate { get; private set; }

    /// <summary>The recording.</summary>
    public CheckpointSequence Checkpoints => _checkpoints ?? throw new InvalidOperationException("Nothing was recorded.");

    /// <summary>Outputs of all test examples at every checkpoint, also of those whose Jacobians are not recorded.</summary>
    public IReadOnlyList<double[]> TestOutputs { get; private set; } = [];

    /// <summary>The parameters at the end.</summary>
    public double[] End { get; private set; } = [];

    /// <summary>Largest ‖K(t) − K(s)‖/‖K(s)‖ in the Frobenius norm.</summary>
    public double Drift { get; private set; }

    /// <summary>The loss of the training's kind with other targets.</summary>
    public LossModel LossOf(double[] targets) => Losses.Of(Training.Options.Loss, targets, Data.Outputs);

    /// <summary>λ_max(B K) at the start.</summary>
    public double StartSharpness() => Sharpness.At(Snapshot(0, Start, 1), Loss, Backend);

    /// <summary>Trains by steps of a length and keeps the checkpoints.</summary>
    public void Record(double rate, CancellationToken cancellation)
    {
        Rate = rate;
        var checkpoints = new List<Checkpoint>();
        var outputs = new List<double[]>();
        PlainDescent.Run(_evaluator, Start, Data.X_S, Loss, rate, Marks, (k, w) =>
        {
            checkpoints.Add(Snapshot(k, w, rate));
            outputs.Add(Outputs(w, Data.X_Q));
            if (k == Marks.Count - 1) End = (double[])w.Clone();
        }, cancellation);
        TestOutputs = outputs;
        int kept = RecordedTest;
        _checkpoints = new CheckpointSequence(checkpoints, Loss, new GradientDescent(rate))
        {
            RunTensors = ((TensorSource[])
            [
                new MemoryTensor(TensorName.y_Q, Data.Y_Q[..(kept * Data.Outputs)], kept, Data.Outputs),
                new MemoryTensor(TensorName.clean_S, Data.Clean_S, Data.Train, Data.Outputs),
            ]).ToDictionary(t => t.Name),
        };
        Drift = LabMeasures.Drift(_checkpoints, Backend);
    }

    /// <summary>Outputs at every checkpoint of a training with other targets and otherwise the same.</summary>
    /// <param name="targets">y_S.</param>
    /// <param name="x">Inputs to evaluate.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    public IReadOnlyList<double[]> WithTargets(double[] targets, double[] x, CancellationToken cancellation)
    {
        var outputs = new List<double[]>();
        PlainDescent.Run(_evaluator, Start, Data.X_S, LossOf(targets), Rate, Marks, (_, w) => outputs.Add(Outputs(w, x)), cancellation);
        return outputs;
    }

    /// <summary>Outputs of a training example at every checkpoint of a training without it, by the loss Σ_{j≠i}/n over the same time: that is the mean over the
    /// others with a learning rate of (n − 1)/n.</summary>
    /// <param name="example">i.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    public IReadOnlyList<double[]> Without(int example, CancellationToken cancellation)
    {
        int n = Data.Train, p = Data.Outputs, d = Data.InputSize;
        double[] Others(double[] rows, int size) => [.. rows[..(example * size)], .. rows[((example + 1) * size)..]];
        double[] own = Data.X_S[(example * d)..((example + 1) * d)];
        var outputs = new List<double[]>();
        PlainDescent.Run(_evaluator, Start, Others(Data.X_S, d), LossOf(Others(Data.Y_S, p)), Rate * (n - 1) / n, Marks,
            (_, w) => outputs.Add(Outputs(w, own)), cancellation);
        return outputs;
    }

    private int RecordedTest => Training.RecordedTest > 0 ? Training.RecordedTest : Data.Test;

    private double[] Outputs(double[] w, double[] x)
    {
        var u = new double[x.Length / Data.InputSize * Data.Outputs];
        _evaluator.Outputs(w, x, u);
        return u;
    }

    private Checkpoint Snapshot(int mark, double[] w, double rate)
    {
        int n = Data.Train, m = RecordedTest, p = Data.Outputs, D = Parameters;
        double[] u_S = new double[n * p], u_Q = new double[m * p], J_S = new double[n * p * D], J_Q = new double[m * p * D], g = new double[n * p];
        _evaluator.Jacobian(w, Data.X_S, u_S, J_S);
        _evaluator.Jacobian(w, Data.X_Q[..(m * Data.InputSize)], u_Q, J_Q);
        Loss.Gradient(u_S, g);
        return new Checkpoint(Marks[mark] * rate, Marks[mark],
            new MemoryTensor(TensorName.J_S, J_S, n, p, D), new MemoryTensor(TensorName.J_Q, J_Q, m, p, D), new MemoryTensor(TensorName.U_S, u_S, n, p),
            new MemoryTensor(TensorName.U_Q, u_Q, m, p), new MemoryTensor(TensorName.g, g, n, p),
            new MemoryTensor(TensorName.Loss, [Loss.Value(u_S)], 1));
    }
}
