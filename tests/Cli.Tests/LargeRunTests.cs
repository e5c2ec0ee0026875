namespace KernelFlow.Cli.Tests;

/// <summary>Runs whose matrices over all outputs fit into no array: sound as files, and refused with the limit where one would be formed.</summary>
public sealed class LargeRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(50_000, 4, 1)]
    [InlineData(4, 50_000, 1)]
    [InlineData(10_000, 10_000, 10)]
    [InlineData(46_340, 1, 1)]
    public void TheLimitAndTheWayOutAreNamed(int train, int test, int outputs)
    {
        string run = Record(train, test, outputs), stacked = $"N + M = {train * outputs} + {test * outputs} stacked outputs";
        var inspected = Cli.Run("inspect", run, "--backend", "managed");
        Assert.True(inspected.ExitCode == 0 && inspected.Out.Contains("sound         yes"), inspected.ToString());
        Assert.Contains($"too large     the run can be read, not analysed: {stacked}", inspected.Out);
        Assert.DoesNotContain("memory  ", inspected.Out);
        foreach (string command in (string[])["analyze", "kernels"])
        {
            var refused = Cli.Run(command, run, "--out", _folder.Of("out-" + command), "--quiet", "--backend", "managed");
            Assert.True(refused.ExitCode == 2, refused.ToString());
            Assert.Contains($"too large to be analysed: {stacked} (examples x outputs per example) are more than the 46340", refused.Error);
            Assert.Contains("record fewer examples or outputs", refused.Error);
        }
    }

    private string Record(int train, int test, int outputs)
    {
        string run = _folder.Of("run");
        int N = train * outputs, M = test * outputs;
        var loss = LossModel.Squared(new double[N], outputs);
        var writer = RunWriter.Create(run, new RunDescription(loss, test) { Parameters = 1 });
        for (int k = 0; k < 2; k++)
            writer.Append(0.1 * k, k, Zeros("U_S", N), Zeros("U_Q", M), Zeros("J_S", N, 1), Zeros("J_Q", M, 1));
        return run;
    }

    private static StreamedTensor Zeros(string name, params long[] shape) => new(name, StorageType.Float16, shape, (_, destination) => destination.Clear());
}
