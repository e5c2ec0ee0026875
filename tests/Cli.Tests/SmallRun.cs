namespace KernelFlow.Cli.Tests;

/// <summary>A run that analyses in well under a second, recorded once for all tests.</summary>
public sealed class SmallRun : IDisposable
{
    private readonly TempFolder _folder = new();

    public SmallRun()
    {
        Folder = _folder.Of("run");
        var recorded = Cli.Run("record", Folder, "--train", "12", "--test", "6", "--layers", "5", "--steps", "200", "--checkpoints", "9", "--backend",
            "managed", "--threads", "1");
        Assert.True(recorded.ExitCode == 0, recorded.ToString());
    }

    /// <summary>The run's folder.</summary>
    public string Folder { get; }

    /// <summary>A copy that a test may damage.</summary>
    public void CopyTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(Folder)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    public void Dispose() => _folder.Dispose();
}
