namespace KernelFlow.NoiseStories;

/// <summary>The trainings that were tried.</summary>
internal static class Settings
{
    private static readonly RecordingOptions s_teacher = DemoRun.Options with { LearningRate = 0.1, Steps = 20000, Checkpoints = 56 };

    private static readonly RecordingOptions s_digits = new()
    {
        Train = 100, Test = 60, Noise = 0.2, Layers = [LayerSpec.Dense(24), LayerSpec.Dense(24)], LearningRate = 0.03, Steps = 5000, Checkpoints = 56,
    };

    private static readonly RecordingOptions s_relu = s_teacher with { Activation = ActivationKind.Relu };

    /// <summary>By name, in the order of the table.</summary>
    public static Dictionary<string, RecordingOptions> All { get; } = new()
    {
        ["demo"] = DemoRun.Options,
        ["20000 steps"] = s_teacher,
        ["noise 0.1"] = s_teacher with { Noise = 0.1 },
        ["noise 0.4"] = s_teacher with { Noise = 0.4 },
        ["width 32"] = s_teacher with { Layers = Two(32) },
        ["one layer"] = s_teacher with { Layers = [LayerSpec.Dense(64)] },
        ["3 inputs"] = s_teacher with { InputSize = 3 },
        ["8 inputs"] = s_teacher with { InputSize = 8 },
        ["8 teacher units"] = s_teacher with { TeacherWidth = 8 },
        ["60 examples"] = s_teacher with { Train = 60 },
        ["5000 steps"] = s_teacher with { Steps = 5000 },
        ["GELU"] = s_teacher with { Activation = ActivationKind.Gelu },
        ["ReLU"] = s_relu,
        ["digit parity"] = s_digits,
        ["digit parity, width 64"] = s_digits with { Layers = Two(64), Train = 120 },
        ["digit parity, lazy"] = s_digits with { Layers = [LayerSpec.Dense(128)], Parametrisation = Parametrisation.Ntk, LearningRate = 0.3 },
        ["digit parity, noise 0.1"] = s_digits with { Noise = 0.1 },
    };

    private static LayerSpec[] Two(int width) => [LayerSpec.Dense(width), LayerSpec.Dense(width)];
}
