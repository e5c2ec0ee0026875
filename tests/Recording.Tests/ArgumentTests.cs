namespace KernelFlow.Recording.Tests;

/// <summary>What cannot be a recording is refused where it is given, by an argument exception, not by a failure somewhere below.</summary>
public sealed class ArgumentTests
{
    private static MemoryTensor Tensor(string name) => new(name, [1.0], 1, 1);

    [Fact]
    public void NullSequencesAndCheckpointsAreRefused()
    {
        var loss = LossModel.Squared([1.0], 1);
        Assert.Throws<ArgumentNullException>(() => new CheckpointSequence(null!, loss));
        Assert.Throws<ArgumentNullException>(() => new CheckpointSequence([], null!));
        var e = Assert.Throws<ArgumentException>(() => new CheckpointSequence([new Checkpoint(0, 0, Tensor("U_S")), null!], loss));
        Assert.Contains("Checkpoint 1 is null", e.Message);
    }

    [Fact]
    public void NullAndRepeatedTensorsAreRefused()
    {
        Assert.Throws<ArgumentNullException>(() => new Checkpoint(0, 0, (TensorSource[])null!));
        Assert.Throws<ArgumentNullException>(() => new Checkpoint(0, 0, Tensor("U_S"), null!));
        Assert.Contains("U_S is given twice", Assert.Throws<ArgumentException>(() => new Checkpoint(0, 0, Tensor("U_S"), Tensor("U_S"))).Message);
        Assert.Throws<ArgumentNullException>(() => new MemoryTensor("U_S", (double[])null!, 1));
        Assert.Throws<ArgumentNullException>(() => new MemoryTensor("U_S", (float[])null!, 1));
        Assert.Throws<ArgumentNullException>(() => MemoryTensor.FromMatrix("U_S", null!));
    }

    [Fact]
    public void NoTargetsAndNoOutputsAreRefused()
    {
        Assert.Throws<ArgumentNullException>(() => LossModel.Squared(null!, 1));
        Assert.Throws<ArgumentNullException>(() => LossModel.SoftmaxCrossEntropy(null!, 2));
        Assert.Throws<ArgumentNullException>(() => LossModel.Logistic(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => LossModel.Squared([1.0], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LossModel.SoftmaxCrossEntropy([1.0], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LossModel.Squared([1.0], -1));
        Assert.Equal("outputs", Assert.Throws<ArgumentOutOfRangeException>(() => new OutputHessian(1, 0)).ParamName);
        Assert.Equal("outputs", Assert.Throws<ArgumentOutOfRangeException>(() => GradientSpace.All(1, 0)).ParamName);
        Assert.Equal("outputs", Assert.Throws<ArgumentOutOfRangeException>(() => GradientSpace.ZeroSum(1, 0)).ParamName);
    }

    [Fact]
    public void ANullTensorInACheckpointsDictionaryIsRefused()
    {
        var tensors = new Dictionary<string, TensorSource> { ["U_S"] = Tensor("U_S"), ["U_Q"] = null! };
        var refused = Assert.Throws<ArgumentException>(() => new CheckpointSequence([new Checkpoint(0, 0, tensors)], LossModel.Squared([1.0], 1)));
        Assert.Contains("The tensor U_Q of a checkpoint is null", refused.Message);
    }
}
