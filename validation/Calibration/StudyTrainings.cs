namespace KernelFlow.Validation.Calibration;

/// <summary>Draws the trainings of a study: sizes, data, loss and steps from cell and seed alone.</summary>
internal static class StudyTrainings
{
    private const int MostSparseSteps = 1500;

    /// <summary>The training of a cell and a seed. Its learning rate is in units of 1/λ_max(B K) at the start, except Adam's.</summary>
    public static HonestTraining Of(CalibrationCell cell, long seed)
    {
        var draws = new StudyDraws(seed, ((int)cell.Optimizer * 16 + (int)cell.Recording) * 16 + (int)cell.Activation);
        var loss = draws.Pick(LossKind.Squared, LossKind.Squared, LossKind.SoftmaxCrossEntropy, LossKind.Logistic);
        int outputs = loss switch
        {
            LossKind.Squared => draws.Pick(1, 1, 1, 3),
            LossKind.SoftmaxCrossEntropy => draws.Pick(2, 3, 4),
            _ => 1,
        };
        int size = draws.Pick(1, 2, 3, 5, 8, 10, 12, 16, 16, 20, 20, 24, 24, 30, 30, 36, 40, 60, 100, 200);
        int train = Math.Max(cell.Optimizer == StudyOptimizer.Batches ? 4 : 1, size / outputs);
        bool duplicates = train >= 6 && draws.Chance(0.1);
        var options = new RecordingOptions
        {
            Seed = seed, Loss = loss, Outputs = outputs, Train = train, Test = draws.Pick(4, 8, 12, 20), Duplicates = duplicates ? 2 : 0,
            Noise = draws.Pick(0, 0, 0.1, 0.2), Scale = draws.Pick(0.5, 1, 1, 1, 1.5), DType = StorageType.Float64,
            Parametrisation = draws.Chance(0.15) ? Parametrisation.Ntk : Parametrisation.Standard,
        };
        options = Steps(Optimizer(Network(options, cell, draws), cell, draws), cell, draws, out double z, out bool everyStep);
        bool blocks = cell.Recording is StudyRecording.Blocks or StudyRecording.CrossBlocks;
        var type = draws.Pick(StoredAs.Float64, StoredAs.Float64, StoredAs.Float32Kernels, StoredAs.Float32);
        if (blocks && type == StoredAs.Float32Kernels && draws.Chance(0.5)) type = StoredAs.Float32Jacobians;
        var form = new StoredForm(type, blocks, cell.Recording == StudyRecording.CrossBlocks, draws.Chance(0.5), draws.Chance(0.85));
        var interpolation = cell.Recording == StudyRecording.Sparse && draws.Chance(0.25) ? Interpolation.Cubic : Interpolation.Linear;
        return new HonestTraining(cell, seed, options, form, z, interpolation, everyStep);
    }

    private static RecordingOptions Network(RecordingOptions options, CalibrationCell cell, StudyDraws draws)
    {
        bool images = draws.Chance(0.5) || cell.Activation == StudyActivation.Convolution;
        int width = draws.Pick(4, 6, 8, 12, 16);
        bool deep = draws.Chance(0.3);
        options = options with { Data = images ? DataKind.Digits : DataKind.TeacherStudent, InputSize = draws.Pick(3, 6, 10) };
        return cell.Activation == StudyActivation.Convolution
            ? options with { Layers = [LayerSpec.Convolution(3, 3), LayerSpec.Convolution(3, 3, 2)], Activation = ActivationKind.Gelu }
            : options with
            {
                Layers = deep ? [LayerSpec.Dense(width), LayerSpec.Dense(width)] : [LayerSpec.Dense(width)],
                Activation = cell.Activation switch
                {
                    StudyActivation.Tanh => ActivationKind.Tanh,
                    StudyActivation.Gelu => ActivationKind.Gelu,
                    _ => ActivationKind.Relu,
                },
            };
    }

    private static RecordingOptions Optimizer(RecordingOptions options, CalibrationCell cell, StudyDraws draws)
    {
        double momentum = draws.Pick(0.5, 0.9), part = draws.Pick(0.25, 0.5, 0.75), beta2 = draws.Pick(0.95, 0.999), decay = draws.LogUniform(1e-4, 1e-1);
        bool nesterov = draws.Chance(0.25), dampened = draws.Chance(0.25), decoupled = draws.Chance(0.5);
        int kind = draws.Pick(0, 1, 2, 3);
        options = options with { Momentum = momentum, Beta2 = beta2 };
        var batched = options with { Batch = Math.Max(1, (int)(part * options.Train)) };
        var heavy = options with { Optimizer = OptimizerKind.Momentum, Nesterov = nesterov, Dampening = dampened && !nesterov ? 0.3 : 0 };
        var adam = options with { Optimizer = OptimizerKind.Adam };
        return cell.Optimizer switch
        {
            StudyOptimizer.GradientDescent => options,
            StudyOptimizer.Momentum => heavy,
            StudyOptimizer.Adam => adam,
            StudyOptimizer.Batches => kind switch
            {
                0 => heavy with { Batch = batched.Batch },
                1 => adam with { Batch = batched.Batch },
                _ => batched with { Optimizer = OptimizerKind.Sgd },
            },
            StudyOptimizer.Decay => (kind switch
            {
                0 => heavy,
                1 => adam,
                _ => options,
            }) with { WeightDecay = decay, Decoupled = decoupled },
            _ => throw new ArgumentOutOfRangeException(nameof(cell), cell.Optimizer, "Not an optimizer of the study."),
        };
    }

    // z: η λ_max(B K) at the start; for Adam, whose steps have a length of their own, the learning rate.
    private static RecordingOptions Steps(RecordingOptions options, CalibrationCell cell, StudyDraws draws, out double z, out bool everyStep)
    {
        bool large = options.Train * options.Outputs!.Value > 60;
        z = draws.Chance(0.25) ? 1.5 + 0.4 * draws.Uniform() : draws.LogUniform(0.05, 1.5);
        if (options.Optimizer == OptimizerKind.Adam) z = draws.LogUniform(1e-3, 3e-2);
        everyStep = cell.Recording switch
        {
            StudyRecording.EveryStep or StudyRecording.Midpoints => true,
            StudyRecording.Sparse => false,
            StudyRecording.Blocks => draws.Chance(0.2),
            _ => draws.Chance(0.5),
        };
        int steps = draws.Pick(8, 16, 24, 32, 40, 60), checkpoints = draws.Pick(10, 14, 18, 24, 24, 28, 32, 40);
        double time = draws.LogUniform(2, 40);
        var schedule = draws.Pick(CheckpointSchedule.Uniform, CheckpointSchedule.Geometric, CheckpointSchedule.Geometric);
        bool midpoints = cell.Recording == StudyRecording.Midpoints || (cell.Recording == StudyRecording.CrossBlocks && draws.Chance(0.3));
        if (everyStep)
            return options with { Schedule = CheckpointSchedule.EveryStep, Steps = large ? Math.Min(steps, 24) : steps, Midpoints = midpoints };
        double shrink = options.Optimizer == OptimizerKind.Momentum ? 1 - options.Momentum : 1;
        int needed = options.Optimizer == OptimizerKind.Adam ? (int)(10 * time) : (int)Math.Ceiling(time * shrink / z);
        return options with { Schedule = schedule, Checkpoints = checkpoints, Steps = Math.Clamp(needed, checkpoints, MostSparseSteps) };
    }
}
