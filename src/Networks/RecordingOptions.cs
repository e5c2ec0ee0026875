using KernelFlow.Networks;

namespace KernelFlow;

/// <summary>What <see cref="Recorder"/> trains and writes. Immutable; change one by <c>with</c>.</summary>
public sealed record RecordingOptions
{
    /// <summary>Which data the network is trained on.</summary>
    public DataKind Data { get; init; } = DataKind.Digits;

    /// <summary>n: training examples, duplicates included.</summary>
    public int Train { get; init; } = 60;

    /// <summary>m: test examples.</summary>
    public int Test { get; init; } = 40;

    /// <summary>p: outputs per example; null for what data and loss suggest (digits: 1, or 10 with softmax
    /// cross-entropy; teacher: 1 or 2; modular: q).</summary>
    public int? Outputs { get; init; }

    /// <summary>Probability that the target of a training example is replaced by a false one (see the data kinds: sign,
    /// class, or another input's answer).</summary>
    public double Noise { get; init; }

    /// <summary>How many training inputs occur more than once. Copies have the same clean target; noise may tell them apart.</summary>
    /// <remarks>A planted reservoir: without noise or with it, ker W_S contains p·<see cref="Duplicates"/>·(<see cref="Copies"/> − 1) dimensions,
    /// e_i − e_j for every pair of copies.</remarks>
    public int Duplicates { get; init; }

    /// <summary>Occurrences of each duplicated input, at least 2. Not used without <see cref="Duplicates"/>.</summary>
    public int Copies { get; init; } = 2;

    /// <summary>q, for modular data.</summary>
    public int Modulus { get; init; } = 7;

    /// <summary>d: values per input, for teacher–student data.</summary>
    public int InputSize { get; init; } = 16;

    /// <summary>h: hidden units of the teacher.</summary>
    public int TeacherWidth { get; init; } = 8;

    /// <summary>Hidden layers from the input on.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; init; } = [LayerSpec.Dense(32)];

    /// <summary>The nonlinearity after each hidden layer.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Tanh;

    /// <summary>How width enters the network.</summary>
    public Parametrisation Parametrisation { get; init; } = Parametrisation.Standard;

    /// <summary>Factor on all initial weights and biases.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The training loss.</summary>
    public LossKind Loss { get; init; } = LossKind.Squared;

    /// <summary>How parameters are updated.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.GradientDescent;

    /// <summary>η, the learning rate.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>How the learning rate depends on the step.</summary>
    public LearningRateSchedule LearningRateSchedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Steps between decays, for <see cref="LearningRateSchedule.StepDecay"/>.</summary>
    public int DecayEvery { get; init; } = 1000;

    /// <summary>γ: the factor of each decay, for <see cref="LearningRateSchedule.StepDecay"/>.</summary>
    public double DecayFactor { get; init; } = 0.1;

    /// <summary>W: steps over which the learning rate rises linearly to its schedule; 0 for none.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>μ, for <see cref="OptimizerKind.Momentum"/>.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>τ in [0, 1), the dampening, for <see cref="OptimizerKind.Momentum"/>: a gradient enters the velocity with weight 1 − τ, the first one
    /// whole.</summary>
    public double Dampening { get; init; }

    /// <summary>Nesterov's momentum, for <see cref="OptimizerKind.Momentum"/> without dampening: steps along ∇L + μ v.</summary>
    public bool Nesterov { get; init; }

    /// <summary>β₁, for <see cref="OptimizerKind.Adam"/>.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, for <see cref="OptimizerKind.Adam"/>.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε, for <see cref="OptimizerKind.Adam"/>.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>λ, the weight decay: λ w is added to the gradient. Where every step is recorded, the parameters w are recorded too.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Take ηλ w off beside the step instead of adding λ w to the gradient (with Adam: AdamW).</summary>
    public bool Decoupled { get; init; }

    /// <summary>b: examples per step, drawn without replacement, a new permutation every ⌊n/b⌋ steps; null for all. Required by
    /// <see cref="OptimizerKind.Sgd"/>, refused by gradient descent.</summary>
    public int? Batch { get; init; }

    /// <summary>Adam only: which parameters a step may move. Where the gate is closed the preconditioner of the step is 0; the buffers take every gradient, so
    /// that the recursion is Adam's.</summary>
    public GateKind Gate { get; init; }

    /// <summary>Number of optimizer steps.</summary>
    public int Steps { get; init; } = 2000;

    /// <summary>At which steps checkpoints are recorded.</summary>
    public CheckpointSchedule Schedule { get; init; } = CheckpointSchedule.Geometric;

    /// <summary>Grid points of the schedule, at least 2; fewer checkpoints result where points round to the same step. Not used for
    /// <see cref="CheckpointSchedule.EveryStep"/> and <see cref="CheckpointSchedule.Adaptive"/>.</summary>
    public int Checkpoints { get; init; } = 20;

    /// <summary>Tolerances and budgets of <see cref="CheckpointSchedule.Adaptive"/>; other schedules take no notice.</summary>
    public AdaptiveSchedule Adaptive { get; init; } = new();

    /// <summary>Also record the Jacobians at the middle of each step, (w_k + w_{k+1})/2; needs every step as a checkpoint.</summary>
    public bool Midpoints { get; init; }

    /// <summary>Record kernel blocks with their cross blocks instead of Jacobians, as <see cref="KernelBlocks"/> makes them, in Float64.</summary>
    public bool Kernels { get; init; }

    /// <summary>Whether Jacobians are recorded as the factors of their layers.</summary>
    public FactorRecording Factors { get; init; } = FactorRecording.Auto;

    /// <summary>Stored type of the Jacobians or of their factors, Float32 or Float64; everything else is stored in Float64.</summary>
    public StorageType DType { get; init; } = StorageType.Float32;

    /// <summary>Seed of data, noise, initial weights and batches.</summary>
    public long Seed { get; init; }

    /// <summary>The steps at which checkpoints are recorded, increasing from 0 to <see cref="Steps"/>.</summary>
    /// <exception cref="InvalidOperationException">The schedule is <see cref="CheckpointSchedule.Adaptive"/>: its steps follow from the training.</exception>
    public IReadOnlyList<int> CheckpointSteps() => Schedule == CheckpointSchedule.Adaptive
        ? throw new InvalidOperationException("The steps of an adaptive schedule follow from the training; the recorded run has them.")
        : Marks.Of(Schedule, Steps, Checkpoints);

    /// <summary>Refuses options that make no run.</summary>
    /// <exception cref="ArgumentException">An option is out of range or contradicts another; the message names it.</exception>
    public void Validate() => OptionChecks.Validate(this);
}
