using KernelFlow.Numerics;

namespace KernelFlow.Bridges.Tests;

/// <summary>What cannot be written is refused where it is given, before a file or a folder is made.</summary>
public sealed class ArgumentTests
{
    private static readonly string _nowhere = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [Fact]
    public void AConversionRefusesNullBeforeAnyElementIsAskedFor()
    {
        Assert.Equal("checkpoints", Assert.Throws<ArgumentNullException>(() => { KernelBlocks.Convert(null!, Backend.Managed()); }).ParamName);
        Assert.Equal("backend", Assert.Throws<ArgumentNullException>(() => { KernelBlocks.Convert([], null!); }).ParamName);
        Assert.Equal("checkpoints", Assert.Throws<ArgumentException>(() => KernelBlocks.Convert([null!], Backend.Managed()).ToArray()).ParamName);
    }

    [Fact]
    public void ARecordingRefusesADescriptionWithoutLossOrWithANullTarget()
    {
        var loss = LossModel.Squared([1.0], 1);
        foreach (var description in (RunDescription[])[new(null!, 1), new(loss, 1) { Targets = null! }, new(loss, 1) { Targets = [null!] }])
            Assert.Equal("description", Assert.Throws<ArgumentException>(() => RunWriter.Create(_nowhere, description)).ParamName);
        Assert.False(Path.Exists(_nowhere), "a refused recording left a folder");
    }

    [Fact]
    public void AFileRefusesANullTensor()
    {
        Assert.Equal("tensors", Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_nowhere, [null!])).ParamName);
        Assert.False(Path.Exists(_nowhere), "a refused file was written");
    }
}
