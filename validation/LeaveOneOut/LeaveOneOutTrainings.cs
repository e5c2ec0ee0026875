using KernelFlow.Validation.Laboratory;

namespace KernelFlow.Validation.LeaveOneOut;

/// <summary>The trainings of the study: losses, widths, depths, activations, with label noise and without.</summary>
internal static class LeaveOneOutTrainings
{
    private const int UnseenExamples = 1200;

    private static readonly RecordingOptions s_parity = new()
    {
        Train = 40, Test = UnseenExamples, Noise = 0.2, Steps = 4000, Checkpoints = 24, Layers = [LayerSpec.Dense(24)],
    };

    /// <summary>The full version.</summary>
    public static IReadOnlyList<LabTraining> Full { get; } =
    [
        Of("tanh 24", s_parity),
        Of("tanh 48", s_parity with { Layers = [LayerSpec.Dense(48)] }),
        Of("tanh 100", s_parity with { Layers = [LayerSpec.Dense(100)], Steps = 1500 }, 0.1),
        Of("GELU 16,16", s_parity with { Layers = LayerSpec.ParseList("16,16"), Activation = ActivationKind.Gelu }),
        Of("softmax, 3 classes", s_parity with { Loss = LossKind.SoftmaxCrossEntropy, Outputs = 3, Steps = 2500 }),
        Of("logistic, n = 60", s_parity with { Loss = LossKind.Logistic, Train = 60, Steps = 2500 }),
        Of("no noise, n = 80", s_parity with { Noise = 0, Train = 80, Steps = 1500 }),
        Of("ReLU 24, teacher", s_parity with
        {
            Data = DataKind.TeacherStudent, InputSize = 8, Loss = LossKind.Logistic, Activation = ActivationKind.Relu, Train = 50, Steps = 2500,
        }),
    ];

    /// <summary>For continuous integration: one of each loss, and the one whose kernel moves furthest from its start.</summary>
    public static IReadOnlyList<LabTraining> Quick { get; } =
        [.. ((int[])[0, 3, 4, 5]).Select(i => Full[i]).Select(t => t with
        {
            Options = t.Options with { Steps = 800, Checkpoints = 16 },
        })];

    private static LabTraining Of(string name, RecordingOptions options, double z = 0.06) => new(name, options, z) { RecordedTest = 4 };
}
