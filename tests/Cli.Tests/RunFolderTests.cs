using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using KernelFlow.Files;

namespace KernelFlow.Cli.Tests;

/// <summary>Recording, converting and inspecting: one writer, nothing foreign touched, and no result from files that are not the recorded ones.</summary>
public sealed class RunFolderTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private static readonly string[] s_small = ["--train", "6", "--test", "4", "--layers", "3", "--steps", "20", "--checkpoints", "4", "--quiet"];
    private readonly TempFolder _folder = new();

    private string Folder => _folder.Of("r");

    private string Manifest => _folder.Of("r", "run.json");

    public void Dispose() => _folder.Dispose();

    private Cli.Result Record(params string[] more) => Cli.Run(["record", Folder, .. s_small, .. more]);

    private static void Exits(int code, Cli.Result result) => Assert.True(result.ExitCode == code, $"expected exit {code}, found {result}");

    private void Copy() => run.CopyTo(Folder);

    private void Flip(string name)
    {
        byte[] bytes = File.ReadAllBytes(_folder.Of("r", name));
        bytes[^3] ^= 1;
        File.WriteAllBytes(_folder.Of("r", name), bytes);
    }

    private void Edit(Action<JsonNode> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(Manifest))!;
        edit(json);
        File.WriteAllText(Manifest, json.ToJsonString());
    }

    [Fact]
    public void ARecordingThatWasKilledAnywhereIsRecordedAgainOrResumed()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Manifest + ".part", "");
        Exits(0, Record());
        File.WriteAllText(Manifest + ".part", "");
        Exits(0, Record("--resume"));
        Assert.False(File.Exists(Manifest + ".part"), "the leftover is still there");

        foreach (string file in Directory.GetFiles(Folder, "*.safetensors")) File.Delete(file);
        Edit(json => json["checkpoints"] = new JsonArray());
        Exits(0, Record("--resume"));
        File.WriteAllText(Manifest, "");
        Exits(0, Record("--resume"));
        using var recorded = RecordedRun.Open(Folder);
        Assert.Equal(4, recorded.Verify().Count(s => s.Stated is not null) - 1);
    }

    [Fact]
    public void ForeignFilesStayWhateverIsRecorded()
    {
        Exits(0, Record());
        string[] foreign = ["movie.mp4.part", "checkpoint-best.safetensors"];
        foreach (string name in foreign) File.WriteAllText(_folder.Of("r", name), "mine");
        var refused = Record();
        Exits(2, refused);
        Assert.Contains("holds checkpoint-best.safetensors, which this tool did not write", refused.Error);
        Exits(0, Record("--resume"));
        Exits(0, Record("--overwrite"));
        foreach (string name in foreign) Assert.Equal("mine", File.ReadAllText(_folder.Of("r", name)));
    }

    [Fact]
    public void ALinkUnderATemporaryNameIsNotWrittenThrough()
    {
        Exits(0, Record());
        File.WriteAllText(_folder.Of("victim"), "precious");
        File.CreateSymbolicLink(Manifest + ".part", Path.Combine("..", "victim"));
        Exits(2, Record());
        Exits(0, Record("--overwrite"));
        Assert.Equal("precious", File.ReadAllText(_folder.Of("victim")));
    }

    [Theory]
    [InlineData("record")]
    [InlineData("resume")]
    [InlineData("kernels")]
    public void TheSecondWriterOfARunFolderNamesTheFirst(string command)
    {
        Exits(0, Record());
        using var held = FolderLock.Take(Folder);
        var refused = command switch
        {
            "record" => Record(),
            "resume" => Record("--resume"),
            _ => Cli.Run("kernels", run.Folder, "--out", Folder, "--overwrite"),
        };
        Exits(2, refused);
        Assert.StartsWith($"error: {Folder}: another process is writing this folder: process {Environment.ProcessId} on {Environment.MachineName}, since ",
            refused.Error);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
        Exits(0, Cli.Run("inspect", Folder));
    }

    /// <summary>Two processes: the second is refused while the first lives, and goes on after it where it was killed.</summary>
    [Fact]
    public async Task TheLockOfARecordingDiesWithIt()
    {
        if (OperatingSystem.IsWindows()) return;
        string[] record = ["record", Folder, "--train", "8", "--test", "4", "--layers", "4", "--steps", "30000", "--checkpoints", "60",
            "--schedule", "uniform", "--quiet", "--backend", "managed", "--threads", "1"];
        using var first = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "kernelflow.dll"), .. record]))!;
        var clock = Stopwatch.StartNew();
        while (!File.Exists(_folder.Of("r", "checkpoint-000003.safetensors")))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60) && !first.HasExited, "the recording did not start");
            await Task.Delay(5);
        }
        Process.Start("sh", ["-c", $"kill -STOP {first.Id.ToString(CultureInfo.InvariantCulture)}"]).WaitForExit();
        var refused = Cli.Run(record);
        var analysed = Cli.Run("inspect", Folder);
        first.Kill();
        await first.WaitForExitAsync();
        Exits(2, refused);
        Assert.Contains($"process {first.Id} on ", refused.Error);
        Assert.Contains($"(kernelflow record {Folder} ", refused.Error);
        Exits(0, analysed);

        using (var killed = RecordedRun.Open(Folder)) Assert.InRange(killed.Checkpoints.Count, 3, 59);
        Exits(0, Cli.Run([.. record, "--resume"]));
        using var whole = RecordedRun.Open(Folder);
        Assert.Equal(60, whole.Checkpoints.Count);
        Assert.All(Directory.GetFiles(Folder), file => Assert.True(RunWriter.Owns(Path.GetFileName(file)), $"{file} was left"));
    }

    /// <summary>A file that would be larger than the system allows ends the recording as a full disk does: with the file's name, and to be resumed.</summary>
    [Fact]
    public void AFileThatCannotBeWrittenEndsTheRecordingAndItIsResumed()
    {
        if (OperatingSystem.IsWindows()) return;
        Exits(0, Cli.Run(["record", _folder.Of("whole"), .. s_small]));
        string program = Path.Combine(AppContext.BaseDirectory, "kernelflow.dll");
        // In blocks of 512 or 1024 bytes: more than run.json and less than a checkpoint.
        string[] limited = ["-c", "ulimit -f 3 && exec dotnet \"$@\"", "sh", program, "record", Folder, .. s_small];
        var start = new ProcessStartInfo("sh", limited) { RedirectStandardError = true };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // Otherwise the runtime itself needs a file beyond the limit.
        using var process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 2, $"exit {process.ExitCode}: {error}");
        Assert.Matches(@"^error: \S+\.(safetensors|json): cannot be written: the file would be larger than the system allows\.\s*$", error);
        Exits(0, Record("--resume"));
        static string[] Names(string folder) => [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(Names(_folder.Of("whole")), Names(Folder));
        foreach (string name in Names(Folder))
            Assert.True(File.ReadAllBytes(_folder.Of("whole", name)).AsSpan().SequenceEqual(File.ReadAllBytes(_folder.Of("r", name))), $"{name} differs");
    }

    [Fact]
    public void AnEarlierCheckpointThatWasCutOffIsFoundByResuming()
    {
        Exits(0, Record());
        string file = _folder.Of("r", "checkpoint-000001.safetensors");
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^20]);
        var refused = Record("--resume");
        Exits(2, refused);
        Assert.Contains($"{file}: ", refused.Error);
        Assert.Contains("record it anew, or take this and the later checkpoints out of run.json and resume.", refused.Error);
        Exits(0, Record());
    }

    [Theory]
    [InlineData("analyze")]
    [InlineData("compare")]
    [InlineData("kernels")]
    [InlineData("inspect")]
    public void NothingIsMadeOfFilesThatAreNotTheRecordedOnes(string command)
    {
        Copy();
        Flip("checkpoint-000004.safetensors");
        string output = _folder.Of("out");
        var refused = command == "inspect" ? Cli.Run(command, Folder)
            : Cli.Run([command, Folder, .. command == "compare" ? (string[])[run.Folder] : [], "--out", output, "--quiet"]);
        Exits(2, refused);
        Assert.Contains("checkpoint-000004.safetensors: found SHA-256 ", refused.Error);
        Assert.Contains("which run.json states: the file was changed or replaced after it was recorded", refused.Error);
        Assert.Empty(Directory.Exists(output) ? Directory.GetFiles(output, "*", SearchOption.AllDirectories) : []);
        Assert.Empty(refused.Out);
    }

    [Fact]
    public void AMixtureOfTwoRecordingsIsNotSound()
    {
        Exits(0, Record());
        Exits(0, Cli.Run(["record", _folder.Of("other"), .. s_small, "--lr", "0.01"]));
        foreach (string name in (string[])["checkpoint-000000.safetensors", "checkpoint-000001.safetensors"])
            File.Copy(_folder.Of("other", name), _folder.Of("r", name), overwrite: true);
        var mixed = Cli.Run("inspect", Folder);
        Exits(2, mixed);
        Assert.Contains("or the manifest is that of another recording", mixed.Error);
    }

    [Fact]
    public void InspectSaysWhatWasCompared()
    {
        Copy();
        var sound = Cli.Run("inspect", Folder);
        Assert.Matches(@"files +10 of 10 files have the SHA-256 that run\.json states; every file is the one that was recorded", sound.Out);
        Edit(json => json["checkpoints"]![2]!.AsObject().Remove("sha256"));
        Flip("checkpoint-000002.safetensors");
        var some = Cli.Run("inspect", Folder, "--verify");
        Exits(0, some);
        Assert.Matches(@"files +9 of 10 files .*; the other 1 not checked: checkpoint-000002\.safetensors has no sum", some.Out);
        Assert.Matches(@"(?m)^[0-9a-f]{64}  checkpoint-000002\.safetensors  not checked: none is stated\r?$", some.Out);
        Assert.Matches(@"(?m)^[0-9a-f]{64}  targets\.safetensors  as stated\r?$", some.Out);

        Edit(json =>
        {
            json.AsObject().Remove("targetsSha256");
            foreach (var c in json["checkpoints"]!.AsArray()) c!.AsObject().Remove("sha256");
        });
        var none = Cli.Run("inspect", Folder);
        Assert.Matches(@"files +not checked: run\.json states no SHA-256 sums of its files", none.Out);
        string[] lines = Cli.Run("inspect", Folder, "--verify").Out.Split('\n');
        string[] listed = [.. lines.Where(l => l.Contains("  not checked: none is stated", StringComparison.Ordinal))];
        Assert.Equal(10, listed.Length);
    }
}
