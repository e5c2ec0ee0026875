using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Files;

namespace KernelFlow.Analysis.Tests;

/// <summary>A run whose files are cut while it is open ends in one error that names the file, in whatever stage it is noticed.</summary>
public sealed class ChangedFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-cut-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(15)]
    public void ACheckpointThatIsCutBeforeTheAnalysis(int checkpoint)
    {
        foreach (string file in Directory.GetFiles(TestRuns.DigitsTiny)) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        using var run = RecordedRun.Open(_folder);
        string victim = Path.Combine(_folder, $"checkpoint-{checkpoint:D6}.safetensors");
        using (var stream = new FileStream(victim, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.SetLength(100);
        var error = Assert.Throws<UnreadableFileException>(() => Analyze.Reservoir(run.Checkpoints));
        Assert.StartsWith($"{victim}: found 100 bytes, ", error.Message);
    }

    /// <summary>In the middle of an analysis, from another thread: an error or, where everything had been read, the results.</summary>
    [Fact]
    public async Task CheckpointsThatAreCutDuringTheAnalysis()
    {
        foreach (string file in Directory.GetFiles(TestRuns.DigitsTiny)) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        using var run = RecordedRun.Open(_folder);
        var cutting = Task.Run(async () =>
        {
            await Task.Delay(20);
            foreach (string file in Directory.GetFiles(_folder, "checkpoint-*"))
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                stream.SetLength(100);
            }
        });
        var error = Record.Exception(() => Analyze.Reservoir(run.Checkpoints));
        await cutting;
        Assert.True(error is null or UnreadableFileException, error?.ToString());
    }
}
