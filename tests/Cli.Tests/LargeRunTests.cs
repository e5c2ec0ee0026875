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
        Assert.Contains($"too large     the run is analysed without matrices only (--solver matrix-free): {stacked}", inspected.Out);
        Assert.DoesNotContain("memory  ", inspected.Out);
        foreach (string command in (string[])["analyze", "kernels"])
        {
            string[] solver = command == "analyze" ? ["--solver", "dense"] : [];
            var refused = Cli.Run([command, run, "--out", _folder.Of("out-" + command), "--quiet", "--backend", "managed", .. solver]);
            Assert.True(refused.ExitCode == 2, refused.ToString());
            Assert.Contains($"too large to be analysed: {stacked} (examples x outputs per example) are more than the 46340", refused.Error);
            Assert.Contains("record fewer examples or outputs", refused.Error);
        }
    }

    /// <summary>What is refused as matrices is analysed without them.</summary>
    [Fact]
    public void AutoAnalysesItWithoutMatrices()
    {
        var analysed = Cli.Run("analyze", Record(46_340, 1, 1), "--json", "--quiet", "--backend", "managed", "--modes", "2");
        Assert.True(analysed.ExitCode == 0, analysed.ToString());
        Assert.Contains("\"solverReason\": \"auto: N + M = 46341 is more than matrices can have\"", analysed.Out);
        Assert.Contains("\"extent\": \"matrix-free\"", analysed.Out);
    }

    [Fact]
    public void KernelsThatWereNotCheckedAreNotCalledSound()
    {
        const int N = 4, M = 50_000;
        string run = _folder.Of("kernels");
        var writer = RunWriter.Create(run, new RunDescription(LossModel.Squared(new double[N], 1), M));
        for (int k = 0; k < 2; k++)
            writer.Append(0.1 * k, k, Zeros("U_S", N), Zeros("U_Q", M), Zeros("K_SS", N, N), Zeros("K_QS", M, N));
        var inspected = Cli.Run("inspect", run, "--backend", "managed");
        Assert.True(inspected.ExitCode == 0, inspected.ToString());
        Assert.DoesNotContain("number is finite, K_SS is symmetric", inspected.Out);
        Assert.Contains("every number is finite; not checked, the run is too large: that K_SS is symmetric and PSD, and the recording against itself",
            inspected.Out);
    }

    /// <summary>8e9 numbers of two bytes, read, summed and widened: what bytes and bandwidth say, beside nothing else.</summary>
    [Fact]
    public void ReadingManyParametersTakesTime()
    {
        double Of(int parameters)
        {
            var checkpoints = Enumerable.Range(0, 2).Select(k => new Checkpoint(0.1 * k, k, Tensors(parameters)));
            var run = new CheckpointSequence(checkpoints, LossModel.Squared(new double[2], 1));
            var sizes = RunSizes.Of(run, [new IntervalCheck(0, 0.1, 1, 0, null, 0)]);
            Assert.Equal((parameters, 8.0 * parameters + 8), (sizes.Columns, sizes.StoredNumbers));
            return CommonStages.Reading(sizes).Seconds(WorkRates.Even(1e10), sizes.Train);
        }
        double bytes = 2 * 2 * 8 * 5e8 + 24 * 8 * 5e8, products = 8 * 2 * 4 * 2 * 5e8;
        Check.Close(Of(500_000_000) - Of(1), ForecastConstants.Reading * (bytes + products) / 1e10, 1e-6, "seconds of 8e9 numbers");
    }

    private static StreamedTensor[] Tensors(int parameters) => [Zeros("U_S", 2), Zeros("U_Q", 2), Zeros("J_S", 2, parameters), Zeros("J_Q", 2, parameters)];

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
