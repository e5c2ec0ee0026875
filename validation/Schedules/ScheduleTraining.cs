using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Schedules;

/// <summary>A training whose checkpoints are placed in three ways.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Options">Everything but seed and learning rate.</param>
/// <param name="Z">η λ_max(B K) at the start; for Adam, whose steps have a length of their own, η.</param>
internal sealed record ScheduleTraining(string Name, RecordingOptions Options, double Z)
{
    private static readonly RecordingOptions s_base = new()
    {
        Train = 24, Test = 12, Steps = 2500, DType = StorageType.Float32, Factors = FactorRecording.Never,
    };

    private static readonly RecordingOptions s_teacher = s_base with { Data = DataKind.TeacherStudent, InputSize = 8 };

    private static readonly RecordingOptions s_classes = s_base with
    {
        Train = 20, Test = 10, Loss = LossKind.SoftmaxCrossEntropy, Activation = ActivationKind.Gelu,
    };

    /// <summary>The eight of the study. Steps are small enough that the flow follows them, and many enough that the training ends near its limit: elsewhere
    /// other things than the number of checkpoints decide the error.</summary>
    public static IReadOnlyList<ScheduleTraining> All { get; } =
    [
        new("tanh, NTK width, squared, lazy", s_base with
        {
            Layers = [LayerSpec.Dense(12)], Parametrisation = Parametrisation.Ntk, Steps = 2000,
        }, 0.2),
        new("two tanh layers, squared, moving", s_teacher with { Layers = LayerSpec.ParseList("10,10"), Scale = 0.5 }, 0.15),
        new("GELU, softmax, moving", s_classes with
        {
            Data = DataKind.TeacherStudent, InputSize = 6, Outputs = 3, Layers = [LayerSpec.Dense(10)],
        }, 0.05),
        new("ReLU, squared", s_teacher with { Layers = [LayerSpec.Dense(20)], Activation = ActivationKind.Relu }, 0.15),
        new("convolution, softmax, moving", s_classes with { Outputs = 2, Layers = [LayerSpec.Convolution(3, 3, 2)] }, 0.05),
        new("tanh, momentum, squared", s_teacher with
        {
            Layers = [LayerSpec.Dense(20)], Optimizer = OptimizerKind.Momentum, Momentum = 0.5, Scale = 0.5,
        }, 0.05),
        new("GELU, Adam, squared", s_teacher with
        {
            Layers = [LayerSpec.Dense(16)], Activation = ActivationKind.Gelu, Optimizer = OptimizerKind.Adam,
        }, 0.001),
        new("two convolutions, squared, moving", s_base with
        {
            Layers = [LayerSpec.Convolution(3, 3), LayerSpec.Convolution(3, 3, 2)], Activation = ActivationKind.Gelu, Scale = 0.7,
        }, 0.1),
    ];

    /// <summary>The trainings that a study is to look at, each with the seeds of its runs.</summary>
    /// <param name="options">Cells are parts of names; the quick version takes two trainings, one that hardly moves and one that does, of half the
    /// steps.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="runs">Seeds for each training.</param>
    /// <exception cref="ArgumentException">No name has any of the cells.</exception>
    public static (ScheduleTraining Training, long Seed)[] Chosen(ExperimentOptions options, long first, int runs)
    {
        ScheduleTraining[] chosen = [.. All.Where(t => options.Cells.Count == 0 || options.Cells.Any(t.Name.Contains))];
        if (chosen.Length == 0) throw new ArgumentException($"cells: found {string.Join(", ", options.Cells)}, expected a part of a training's name.");
        if (options.Quick && options.Cells.Count == 0) chosen = [.. chosen.Take(2)];
        if (options.Quick) chosen = [.. chosen.Select(t => t with { Options = t.Options with { Steps = t.Options.Steps / 2 } })];
        return [.. Enumerable.Range(0, runs).SelectMany(r => chosen.Select((t, i) => (t, first + (long)r * chosen.Length + i)))];
    }

    /// <summary>The training of a seed, with its learning rate.</summary>
    public RecordingOptions Of(long seed, Backend backend, CancellationToken cancellation)
    {
        var options = Options with { Seed = seed };
        if (options.Optimizer == OptimizerKind.Adam) return options with { LearningRate = Z };
        var start = Recorder.InMemory(options with { Steps = 1, LearningRate = 1e-9, Schedule = CheckpointSchedule.EveryStep }, backend, null, cancellation);
        return options with { LearningRate = Z / Sharpness.At(start[0], start.Loss, backend) };
    }
}
