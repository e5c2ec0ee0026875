namespace KernelFlow.Networks.Tests;

public class OptionTests
{
    public static TheoryData<RecordingOptions, string> Refused => new()
    {
        { new() { Train = 0 }, "Train is 0" },
        { new() { Test = -1 }, "Test is -1" },
        { new() { Steps = 0 }, "Steps is 0" },
        { new() { Outputs = 0 }, "Outputs is 0" },
        { new() { Outputs = 11 }, "Outputs is 11" },
        { new() { Noise = 1.5 }, "Noise is 1.5" },
        { new() { Noise = double.NaN }, "Noise is NaN" },
        { new() { Scale = 0 }, "Scale is 0" },
        { new() { LearningRate = -0.1 }, "LearningRate is -0.1" },
        { new() { Checkpoints = 1 }, "Checkpoints is 1" },
        { new() { DType = StorageType.Float16 }, "DType is Float16" },
        { new() { Loss = LossKind.SoftmaxCrossEntropy, Outputs = 1 }, "at least 2 with softmax cross-entropy" },
        { new() { Loss = LossKind.Logistic, Outputs = 3 }, "1 with the logistic loss" },
        { new() { Loss = LossKind.Logistic, Data = DataKind.ModularAddition }, "Data is ModularAddition" },
        { new() { Optimizer = OptimizerKind.Sgd }, "Batch is absent" },
        { new() { Batch = 10 }, "Batch is 10" },
        { new() { Optimizer = OptimizerKind.Sgd, Batch = 61 }, "Batch is 61" },
        { new() { Gate = GateKind.RunningVariance }, "unless the optimizer is Adam" },
        { new() { Momentum = 1 }, "Momentum is 1" },
        { new() { Beta2 = 1 }, "Beta2 is 1" },
        { new() { WeightDecay = -1 }, "WeightDecay is -1" },
        { new() { Decoupled = true }, "a positive number where it is decoupled" },
        { new() { Dampening = 0.5 }, "0 unless the optimizer is Momentum" },
        { new() { Nesterov = true }, "unless the optimizer is Momentum" },
        { new() { Optimizer = OptimizerKind.Momentum, Nesterov = true, Dampening = 0.5 }, "0 with Nesterov's step" },
        { new() { Optimizer = OptimizerKind.Momentum, Momentum = 0, Nesterov = true }, "above 0 with Nesterov's step" },
        { new() { DecayFactor = 0 }, "DecayFactor is 0" },
        { new() { Duplicates = 31 }, "at most 30 inputs that occur 2 times" },
        { new() { Duplicates = 1, Copies = 1 }, "Copies is 1" },
        { new() { Midpoints = true }, "every step as a checkpoint" },
        { new() { Data = DataKind.ModularDivision, Modulus = 9, Train = 10, Test = 5 }, "Modulus is 9, expected a prime" },
        { new() { Data = DataKind.ModularAddition, Modulus = 5, Train = 20, Test = 6 }, "the pairs mod 5 are only 25" },
        { new() { Data = DataKind.ModularAddition, Modulus = 5, Outputs = 3, Train = 10, Test = 5 }, "arithmetic mod 5 has 5" },
        { new() { Data = DataKind.TeacherStudent, InputSize = 0 }, "InputSize is 0" },
        { new() { Layers = [LayerSpec.Convolution(2, 9)] }, "9x9 convolution does not fit into an image of 8x8" },
        { new() { Layers = [LayerSpec.Dense(4), LayerSpec.Convolution(2, 2)] }, "convolutions come first" },
        { new() { Layers = [LayerSpec.Dense(6000), LayerSpec.Dense(6000)], Factors = FactorRecording.Never }, "is too large" },
        { new() { Data = DataKind.TeacherStudent, InputSize = 7, Layers = [LayerSpec.Convolution(2, 2)] }, "square image" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Options_that_make_no_run_are_refused_by_name(RecordingOptions options, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => new TrainingRun(options, Backends.Managed));
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void Midpoints_are_allowed_on_any_schedule_that_records_every_step() =>
        new RecordingOptions { Midpoints = true, Steps = 10, Checkpoints = 11, Schedule = CheckpointSchedule.Uniform }.Validate();

    [Theory]
    [InlineData("24,24")]
    [InlineData("conv:8:3,conv:8:3:2,16")]
    public void Layers_read_what_they_write(string text) => Assert.Equal(text, string.Join(",", LayerSpec.ParseList(text)));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("24,")]
    [InlineData("conv:8")]
    [InlineData("conv:8:3:1:1")]
    [InlineData("8:3")]
    [InlineData("1e3")]
    public void What_is_no_layer_is_shown(string text) =>
        Assert.Contains("is not a layer", Assert.Throws<FormatException>(() => LayerSpec.ParseList(text)).Message);

    [Fact]
    public void Names_are_lower_case_with_hyphens()
    {
        Assert.Equal(["squared", "softmax-cross-entropy", "logistic"], OptionName.All<LossKind>());
        Assert.Equal(DataKind.TeacherStudent, OptionName.Parse<DataKind>("teacher-student"));
        Assert.Contains("digits, modular-addition", Assert.Throws<FormatException>(() => OptionName.Parse<DataKind>("digit")).Message);
    }
}
