using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Power;

/// <summary>The honest recordings that are spoilt: classes of digits with label noise, small networks, steps well below the edge of stability.</summary>
internal static class PowerTrainings
{
    private const int Stream = 1 << 20;

    /// <summary>The training of a group and a seed.</summary>
    public static HonestTraining Of(PowerGroup group, long seed)
    {
        var draws = new StudyDraws(seed, Stream + (int)group);
        var activation = draws.Pick(StudyActivation.Tanh, StudyActivation.Gelu, StudyActivation.Relu, StudyActivation.Convolution);
        var loss = draws.Pick(LossKind.Squared, LossKind.Squared, LossKind.SoftmaxCrossEntropy, LossKind.Logistic);
        int outputs = loss switch
        {
            LossKind.Squared => draws.Pick(1, 1, 3),
            LossKind.SoftmaxCrossEntropy => draws.Pick(2, 3),
            _ => 1,
        };
        int width = draws.Pick(8, 12, 16), train = draws.Pick(12, 16, 20, 24, 32, 40) / outputs, steps = draws.Pick(24, 32, 40, 60);
        int checkpoints = draws.Pick(24, 28, 32, 40);
        double z = draws.LogUniform(0.08, group == PowerGroup.Midpoints ? 1.2 : 0.5), time = draws.LogUniform(4, 30), momentum = draws.Pick(0.5, 0.9);
        bool cross = draws.Chance(0.5);
        var optimizer = group != PowerGroup.Midpoints ? OptimizerKind.GradientDescent
            : draws.Pick(OptimizerKind.GradientDescent, OptimizerKind.GradientDescent, OptimizerKind.GradientDescent, OptimizerKind.Momentum,
                OptimizerKind.Adam);
        if (optimizer == OptimizerKind.Adam) z = draws.LogUniform(2e-3, 1e-2);
        var type = draws.Pick(StoredAs.Float64, StoredAs.Float32Kernels);
        var schedule = draws.Pick(CheckpointSchedule.Uniform, CheckpointSchedule.Geometric, CheckpointSchedule.Geometric);
        bool convolution = activation == StudyActivation.Convolution, every = group == PowerGroup.Midpoints;
        var options = new RecordingOptions
        {
            Seed = seed, Data = DataKind.Digits, Loss = loss, Outputs = outputs, Train = Math.Max(train, 6), Test = 12, Noise = draws.Pick(0, 0.2),
            Layers = convolution ? [LayerSpec.Convolution(3, 3), LayerSpec.Convolution(3, 3, 2)] : [LayerSpec.Dense(width)],
            Activation = activation switch
            {
                StudyActivation.Tanh => ActivationKind.Tanh,
                StudyActivation.Relu => ActivationKind.Relu,
                _ => ActivationKind.Gelu,
            },
            Optimizer = optimizer, Momentum = momentum, DType = StorageType.Float64, Checkpoints = checkpoints, Midpoints = every,
            Schedule = every ? CheckpointSchedule.EveryStep : schedule,
            Steps = every ? steps : Math.Clamp((int)Math.Ceiling(time / z), 3 * checkpoints, 1500),
        };
        var cell = new CalibrationCell(Kind(optimizer), Recording(group, cross), activation);
        var form = new StoredForm(type, group == PowerGroup.KernelBlocks, cross, false, true);
        return new HonestTraining(cell, seed, options, form, z, Interpolation.Linear, every);
    }

    private static StudyOptimizer Kind(OptimizerKind optimizer) => optimizer switch
    {
        OptimizerKind.GradientDescent => StudyOptimizer.GradientDescent,
        OptimizerKind.Momentum => StudyOptimizer.Momentum,
        _ => StudyOptimizer.Adam,
    };

    private static StudyRecording Recording(PowerGroup group, bool cross) => group switch
    {
        PowerGroup.Flow => StudyRecording.Sparse,
        PowerGroup.Midpoints => StudyRecording.Midpoints,
        _ => cross ? StudyRecording.CrossBlocks : StudyRecording.Blocks,
    };
}
