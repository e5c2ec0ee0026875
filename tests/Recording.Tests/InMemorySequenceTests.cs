namespace KernelFlow.Recording.Tests;

/// <summary>Sequences built from arrays pass the same shape table as files; sizes come from the first checkpoint.</summary>
public class InMemorySequenceTests
{
    private static MemoryTensor Zeros(string name, params long[] shape) => new(name, new double[shape.Aggregate(1L, (a, b) => a * b)], shape);

    private static Checkpoint At(double time, params TensorSource[] more) =>
        new(time, (long)time, [Zeros("U_S", 3, 2), .. more.Any(t => t.Name == "U_Q") ? (TensorSource[])[] : [Zeros("U_Q", 4, 2)], .. more]);

    private static string Refusal(params Checkpoint[] checkpoints) =>
        Assert.Throws<InvalidRunException>(() => new CheckpointSequence(checkpoints, LossModel.Squared(new double[6], 2))).Message;

    [Fact]
    public void SizesComeFromTheFirstCheckpoint()
    {
        var sequence = new CheckpointSequence([At(0, Zeros("J_S", 3, 2, 5), Zeros("J_Q", 8, 5)), At(1, Zeros("J_S", 6, 5), Zeros("J_Q", 4, 2, 5))],
            LossModel.Squared(new double[6], 2));
        Assert.Equal((4, 5L, 6, 8), (sequence.Test, sequence.Parameters, sequence.TrainSize, sequence.TestSize));
        var kernels = new CheckpointSequence([At(0, Zeros("K_SS", 6, 6), Zeros("K_QS", 8, 6)), At(1, Zeros("K_SS", 6, 6), Zeros("K_QS", 8, 6))],
            LossModel.Squared(new double[6], 2));
        Assert.Null(kernels.Parameters);
    }

    [Fact]
    public void LaterCheckpointsMustAgree()
    {
        var first = At(0, Zeros("J_S", 6, 5), Zeros("J_Q", 8, 5));
        Assert.Equal("memory: J_S: found shape [6, 4], expected [6, 5] or [3, 2, 5]; it disagrees with parameters = 5.",
            Refusal(first, At(1, Zeros("J_S", 6, 4), Zeros("J_Q", 8, 5))));
        Assert.Equal("memory: U_Q: found shape [3, 2], expected [4, 2] or [8]; it disagrees with test = 4.",
            Refusal(first, At(1, Zeros("U_Q", 3, 2), Zeros("J_S", 6, 5), Zeros("J_Q", 8, 5))));
        Assert.Equal("memory: U_Q: found shape [7], expected [m, 2]; it disagrees with outputs = 2.",
            Refusal(At(0, Zeros("U_Q", 7), Zeros("J_S", 6, 5), Zeros("J_Q", 7, 5)), first with { Time = 1, Step = 1 }));
        Assert.Equal("memory: found K_SS, expected J_S and J_Q as in the first checkpoint: "
                + "a run has Jacobians in every checkpoint or kernel blocks in every checkpoint.",
            Refusal(first, At(1, Zeros("K_SS", 6, 6), Zeros("K_QS", 8, 6))));
    }

    [Fact]
    public void TimeMustIncreaseAndTwoCheckpointsAreNeeded()
    {
        var first = At(0, Zeros("J_S", 6, 5), Zeros("J_Q", 8, 5));
        Assert.Equal("memory: found 1 checkpoint(s), expected at least two.", Refusal(first));
        Assert.Equal("memory: time of checkpoint 1 is 0, expected more than 0, the time of the one before it (time must increase: both are at one flow time, "
            + "so the learning rate between them was 0; leave one of them out, or give the step a rate that is too small to matter).", Refusal(first, first));
        Assert.Equal("memory: step of checkpoint 1 is 0, expected more than 0, the step of the one before it (step must increase).",
            Refusal(first, first with { Time = 1 }));
        Assert.Equal("memory: time of checkpoint 1 is NaN, expected a finite number.", Refusal(first, first with { Time = double.NaN }));
    }

    [Fact]
    public void ShapesThatNoFileCanHold()
    {
        var error = Assert.Throws<ArgumentException>(() => new Endless("w", 1L << 40, 1L << 40));
        Assert.Contains("w: shape [1099511627776, 1099511627776] has more elements than a file can have bytes", error.Message);
    }

    /// <summary>More elements than an array can hold are read piece by piece, and asked for at once they are refused.</summary>
    [Fact]
    public void ATensorOfMoreElementsThanAnArrayHolds()
    {
        var tensor = new Endless("J_S", 3, 1L << 31);
        var piece = new double[2];
        tensor.Read((3L << 31) - 2, piece);
        Assert.Equal([(3L << 31) - 2, (3L << 31) - 2], piece);
        var error = Assert.Throws<InvalidRunException>(() => tensor.ReadAll());
        Assert.Equal(
            "memory: J_S: found 6442450944 elements of shape [3, 2147483648], expected at most 2147483591, which is what one array can hold.",
            error.Message);
    }

    [Fact]
    public void MoreOutputsThanAnArrayHolds()
    {
        var loss = LossModel.Custom(1_000_000, 3000);
        TensorSource[] tensors = [.. ((string[])["U_S", "U_Q", "J_S", "J_Q"]).Select(name =>
            new Endless(name, 1_000_000, 3000))];
        var error = Assert.Throws<InvalidRunException>(() => new CheckpointSequence([new Checkpoint(0, 0, tensors), new Checkpoint(1, 1, tensors)], loss));
        Assert.Contains("expected at most 2147483591 outputs over all examples", error.Message);
    }

    /// <summary>A tensor of any size whose elements are the index that they were asked for by.</summary>
    private sealed class Endless(string name, params long[] shape) : TensorSource(name, "memory", shape, StorageType.Float16)
    {
        protected override void ReadCore(long first, Span<double> destination) => destination.Fill(first);
    }
}
