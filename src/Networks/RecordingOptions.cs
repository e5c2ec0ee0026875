using KernelFlow.Networks;

namespace KernelFlow;

/// <summary>What <see cref="Recorder"/> trains and writes. Immutable; change one by <c>with</c>.</summary>
public sealed record RecordingOptions
{
    /// <summary>The data.</summary>
    public DataKind Data { get; init; } = DataKind.Digits;

    /// <summary>n: training examples.</summary>
    public int Train { get; init; } = 60;

    /// <summary>m: test examples.</summary>
    public int Test { get; init; } = 40;

    /// <summary>p: outputs per example.</summary>
    public int Outputs { get; init; } = 1;

    /// <summary>Probability that the target of a training example is replaced (p = 1: sign changed; classes: drawn uniformly).</summary>
    public double Noise { get; init; }

    /// <summary>Hidden layers from the input on.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; init; } = [LayerSpec.Dense(32)];

    /// <summary>The nonlinearity after each hidden layer.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Tanh;

    /// <summary>Factor on all initial weights and biases.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The training loss.</summary>
    public LossKind Loss { get; init; } = LossKind.Squared;

    /// <summary>The optimizer.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.GradientDescent;

    /// <summary>η, the learning rate.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Number of optimizer steps.</summary>
    public int Steps { get; init; } = 2000;

    /// <summary>At which steps checkpoints are recorded.</summary>
    public CheckpointSchedule Schedule { get; init; } = CheckpointSchedule.Geometric;

    /// <summary>Grid points of the schedule, at least 2; fewer checkpoints result where points round to the same step. Not used for <see cref="CheckpointSchedule.EveryStep"/>.</summary>
    public int Checkpoints { get; init; } = 20;

    /// <summary>Stored type of the Jacobians, Float32 or Float64; everything else is stored in Float64.</summary>
    public StorageType DType { get; init; } = StorageType.Float32;

    /// <summary>Seed of data split, noise and initial weights.</summary>
    public long Seed { get; init; }

    /// <summary>The steps at which checkpoints are recorded, increasing from 0 to <see cref="Steps"/>.</summary>
    public IReadOnlyList<int> CheckpointSteps() => Marks.Of(Schedule, Steps, Checkpoints);

    /// <summary>Refuses options that make no run.</summary>
    /// <exception cref="ArgumentException">An option is out of range or contradicts another; the message names it.</exception>
    public void Validate()
    {
        Positive(Train, nameof(Train));
        Positive(Test, nameof(Test));
        Positive(Outputs, nameof(Outputs));
        Positive(Steps, nameof(Steps));
        if (!(Noise is >= 0 and <= 1)) throw Bad(nameof(Noise), Noise, "a probability");
        PositiveFinite(Scale, nameof(Scale));
        PositiveFinite(LearningRate, nameof(LearningRate));
        if (Checkpoints < 2) throw Bad(nameof(Checkpoints), Checkpoints, "at least 2");
        if (DType is not (StorageType.Float32 or StorageType.Float64)) throw Bad(nameof(DType), DType, "Float32 or Float64");
        if (Layers is null) throw new ArgumentException("Layers is null, expected a list of hidden layers.");
        if (Loss == LossKind.SoftmaxCrossEntropy && Outputs < 2) throw Bad(nameof(Outputs), Outputs, "at least 2 with softmax cross-entropy");
    }

    private static void Positive(int value, string name)
    {
        if (value <= 0) throw Bad(name, value, "a positive number");
    }

    private static void PositiveFinite(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value))) throw Bad(name, value, "a positive number");
    }

    private static ArgumentException Bad(string name, object value, string expected) => new(FormattableString.Invariant($"{name} is {value}, expected {expected}."));
}
