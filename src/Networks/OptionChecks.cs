namespace KernelFlow.Networks;

/// <summary>The ranges of <see cref="RecordingOptions"/> and what contradicts what. Limits of a data set are checked where the data are made.</summary>
internal static class OptionChecks
{
    public static void Validate(RecordingOptions o)
    {
        Require(o.Train > 0, nameof(o.Train), o.Train, "a positive number");
        Require(o.Test > 0, nameof(o.Test), o.Test, "a positive number");
        Require(o.Steps > 0, nameof(o.Steps), o.Steps, "a positive number");
        Require(o.Outputs is null or > 0, nameof(o.Outputs), o.Outputs, "a positive number");
        Require(o.Noise is >= 0 and <= 1, nameof(o.Noise), o.Noise, "a probability");
        Require(o.Scale > 0 && double.IsFinite(o.Scale), nameof(o.Scale), o.Scale, "a positive number");
        Require(o.Checkpoints >= 2, nameof(o.Checkpoints), o.Checkpoints, "at least 2");
        Require(o.DType is StorageType.Float32 or StorageType.Float64, nameof(o.DType), o.DType, "Float32 or Float64");
        Require(o.Layers is not null, nameof(o.Layers), "null", "a list of hidden layers");
        Loss(o);
        Optimizer(o);
        Duplicates(o);
        if (o.Schedule == CheckpointSchedule.Adaptive)
        {
            Require(o.Adaptive is not null, nameof(o.Adaptive), "null", "the tolerances of the schedule");
            o.Adaptive!.Validate();
        }
        if (o.Midpoints && (o.Schedule == CheckpointSchedule.Adaptive || o.CheckpointSteps().Count != o.Steps + 1))
            throw new ArgumentException("Midpoints need every step as a checkpoint: use the schedule EveryStep.");
    }

    private static void Loss(RecordingOptions o)
    {
        if (o.Loss == LossKind.SoftmaxCrossEntropy) Require(o.Outputs is not 1, nameof(o.Outputs), o.Outputs, "at least 2 with softmax cross-entropy");
        if (o.Loss != LossKind.Logistic) return;
        Require(o.Outputs is null or 1, nameof(o.Outputs), o.Outputs, "1 with the logistic loss");
        Require(o.Data is DataKind.Digits or DataKind.TeacherStudent, nameof(o.Data), o.Data, "digits or a teacher with the logistic loss");
    }

    private static void Optimizer(RecordingOptions o)
    {
        Require(o.LearningRate > 0 && double.IsFinite(o.LearningRate), nameof(o.LearningRate), o.LearningRate, "a positive number");
        Require(o.DecayEvery > 0, nameof(o.DecayEvery), o.DecayEvery, "a positive number");
        Require(o.DecayFactor is > 0 and <= 1, nameof(o.DecayFactor), o.DecayFactor, "a number in (0, 1]");
        Require(o.WarmupSteps >= 0, nameof(o.WarmupSteps), o.WarmupSteps, "0 or more");
        Require(o.Momentum is >= 0 and < 1, nameof(o.Momentum), o.Momentum, "a number in [0, 1)");
        Require(o.Beta1 is >= 0 and < 1, nameof(o.Beta1), o.Beta1, "a number in [0, 1)");
        Require(o.Beta2 is >= 0 and < 1, nameof(o.Beta2), o.Beta2, "a number in [0, 1)");
        Require(o.Epsilon > 0 && double.IsFinite(o.Epsilon), nameof(o.Epsilon), o.Epsilon, "a positive number");
        Require(o.Dampening is >= 0 and < 1, nameof(o.Dampening), o.Dampening, "a number in [0, 1)");
        Require(o.WeightDecay >= 0 && double.IsFinite(o.WeightDecay), nameof(o.WeightDecay), o.WeightDecay, "0 or a positive number");
        if (o.Decoupled) Require(o.WeightDecay > 0, nameof(o.WeightDecay), o.WeightDecay, "a positive number where it is decoupled");
        if (o.Dampening > 0) Require(o.Optimizer == OptimizerKind.Momentum, nameof(o.Dampening), o.Dampening, "0 unless the optimizer is Momentum");
        if (o.Nesterov)
        {
            Require(o.Optimizer == OptimizerKind.Momentum, nameof(o.Nesterov), "set", "no Nesterov step unless the optimizer is Momentum");
            Require(o.Momentum > 0, nameof(o.Momentum), o.Momentum, "above 0 with Nesterov's step");
            Require(o.Dampening == 0, nameof(o.Dampening), o.Dampening, "0 with Nesterov's step");
        }
        Require(o.Batch is null || (o.Batch > 0 && o.Batch <= o.Train), nameof(o.Batch), o.Batch, $"between 1 and Train, which is {o.Train}");
        if (o.Optimizer == OptimizerKind.Sgd) Require(o.Batch is not null, nameof(o.Batch), "absent", "the examples per step of Sgd");
        if (o.Optimizer == OptimizerKind.GradientDescent) Require(o.Batch is null, nameof(o.Batch), o.Batch, "none with GradientDescent (use Sgd)");
        if (o.Gate == GateKind.None) return;
        Require(o.Optimizer == OptimizerKind.Adam, nameof(o.Gate), o.Gate, "no gate unless the optimizer is Adam");
        if (o.Gate != GateKind.PopulationRisk) return;
        Require((o.Batch ?? o.Train) >= 2, nameof(o.Batch), o.Batch ?? o.Train, "at least 2 with the population-risk gate");
    }

    private static void Duplicates(RecordingOptions o)
    {
        Require(o.Duplicates >= 0, nameof(o.Duplicates), o.Duplicates, "0 or more");
        if (o.Duplicates == 0) return;
        Require(o.Copies >= 2, nameof(o.Copies), o.Copies, "at least 2");
        if ((long)o.Duplicates * o.Copies > o.Train)
            throw new ArgumentException($"Duplicates is {o.Duplicates} and Copies {o.Copies}, but {o.Train} training examples hold at most "
                + $"{o.Train / o.Copies} inputs that occur {o.Copies} times.");
    }

    private static void Require(bool condition, string name, object? found, string expected)
    {
        if (!condition) throw new ArgumentException(FormattableString.Invariant($"{name} is {found}, expected {expected}."));
    }
}
