using System.Text.Json.Nodes;
using KernelFlow.Files;

namespace KernelFlow.Bridges.Tests;

/// <summary>A run folder has one writer, who touches nothing of anybody else's and stands on nothing that was not looked at.</summary>
public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _run;

    public RunFolderTests() => _run = _folder["run"];

    public void Dispose() => _folder.Dispose();

    private static RunDescription Description => new(LossModel.Squared([1, -1, 0.5], 1), Test: 2) { Targets = [new MemoryTensor("y_Q", [0.25, 0.75], 2, 1)] };

    private string Checkpoint(int k) => Path.Combine(_run, $"checkpoint-{k:D6}.safetensors");

    private string Manifest => Path.Combine(_run, "run.json");

    private static void Append(RunWriter writer, int k, double value = 1) => writer.Append(k, k, new MemoryTensor("U_S", [value, 0, 0], 3, 1),
        new MemoryTensor("U_Q", [0, value], 2, 1), new MemoryTensor("J_S", [.. Enumerable.Range(0, 12).Select(i => i * value)], 3, 4),
        new MemoryTensor("J_Q", new double[8], 2, 4));

    private void Record(int count = 3, double value = 1, bool overwrite = false)
    {
        using var writer = RunWriter.Create(_run, Description, overwrite);
        for (int k = 0; k < count; k++) Append(writer, k, value);
    }

    private void Edit(Action<JsonNode> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(Manifest))!;
        edit(json);
        File.WriteAllText(Manifest, json.ToJsonString());
    }

    private static void Flip(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^3] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private string ResumeRefused() => Assert.Throws<InvalidRunException>(() => RunWriter.Resume(_run)).Message;

    [Fact]
    public void ASecondWriterIsRefusedAndAReaderIsNot()
    {
        using (var writer = RunWriter.Create(_run, Description))
        {
            for (int k = 0; k < 2; k++) Append(writer, k);
            var refused = Assert.Throws<FolderInUseException>(() => RunWriter.Create(_run, Description));
            Assert.Equal(Environment.ProcessId, refused.Holder?.Process);
            Assert.Throws<FolderInUseException>(() => RunWriter.Create(_run, Description, overwrite: true));
            Assert.Throws<FolderInUseException>(() => RunWriter.Resume(_run));
            using var run = RecordedRun.Open(_run);
            Assert.Equal(2, run.Checkpoints.Count);
            Append(writer, 2);
        }
        using (var writer = RunWriter.Resume(_run)) Append(writer, 3);
        Assert.False(File.Exists(Path.Combine(_run, FolderLock.FileName)), "the lock file is still there");
        using var whole = RecordedRun.Open(_run);
        Assert.Equal(4, whole.Checkpoints.Count);
    }

    [Fact]
    public void ADisposedWriterWritesNothing()
    {
        var writer = RunWriter.Create(_run, Description);
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Append(writer, 0));
    }

    /// <summary>Names that begin or end as ours do, and are not ours.</summary>
    [Theory]
    [InlineData("movie.mp4.part")]
    [InlineData("checkpoint-best.safetensors")]
    [InlineData("checkpoint-12.safetensors")]
    [InlineData("kernelflow-notes.part")]
    [InlineData("targets.safetensors.old")]
    public void AForeignFileIsNeverDeleted(string name)
    {
        Record();
        string file = Path.Combine(_run, name);
        File.WriteAllText(file, "mine");
        Assert.Contains($"holds {name}, which this tool did not write", Assert.Throws<IOException>(() => RunWriter.Create(_run, Description)).Message);
        RunWriter.Resume(_run).Dispose();
        Assert.Equal("mine", File.ReadAllText(file));
        Record(2, overwrite: true);
        Assert.Equal("mine", File.ReadAllText(file));
        Assert.False(File.Exists(Checkpoint(2)), "a checkpoint of the recording that was replaced is still there");
    }

    /// <summary>Without a manifest of this tool its names may be anybody's.</summary>
    [Fact]
    public void OverwritingAForeignRunReplacesOnlyTheNamesThatAreWritten()
    {
        Record(4, value: 7);
        Edit(json => json.AsObject().Remove("writer"));
        Record(2, overwrite: true);
        Assert.True(File.Exists(Checkpoint(3)), "a file of another recorder was deleted");
        using var run = RecordedRun.Open(_run);
        Assert.Equal([1, 1], run.Checkpoints.Select(c => c["U_S"].ReadAll()[0]));
    }

    [Theory]
    [InlineData("run.json.part")]
    [InlineData("checkpoint-000003.safetensors.part")]
    [InlineData("targets.safetensors.part")]
    [InlineData("kernelflow-0123456789abcdef0123456789abcdef.part")]
    public void LeftoversOfAKilledRecordingDoNotBlock(string name)
    {
        Directory.CreateDirectory(_run);
        string file = Path.Combine(_run, name);
        File.WriteAllText(file, "half");
        Record();
        Assert.False(File.Exists(file), "left in a folder without a manifest");
        File.WriteAllText(file, "half");
        RunWriter.Resume(_run).Dispose();
        Assert.False(File.Exists(file), "left by resuming");
    }

    [Theory]
    [InlineData(".DS_Store")]
    [InlineData("Thumbs.db")]
    [InlineData("desktop.ini")]
    public void WhatFileManagersLeaveIsNotForeignAndStays(string name)
    {
        Directory.CreateDirectory(_run);
        File.WriteAllText(Path.Combine(_run, name), "x");
        Record();
        Record(2);
        Assert.Equal("x", File.ReadAllText(Path.Combine(_run, name)));
    }

    [Fact]
    public void AManifestWithAByteOrderMarkIsStillItsOwn()
    {
        Record();
        File.WriteAllText(Manifest, "\uFEFF" + File.ReadAllText(Manifest));
        Record(2);
        using var run = RecordedRun.Open(_run);
        Assert.Equal(2, run.Checkpoints.Count);
    }

    [Theory]
    [InlineData("run.json.part")]
    [InlineData("run.json")]
    [InlineData("checkpoint-000000.safetensors")]
    public void NoLinkIsWrittenThrough(string name)
    {
        Record();
        string victim = _folder["victim"], link = Path.Combine(_run, name);
        byte[] precious = name == "run.json" ? File.ReadAllBytes(Manifest) : [.. "precious"u8];
        File.WriteAllBytes(victim, precious);
        File.Delete(link);
        File.CreateSymbolicLink(link, victim);
        if (name == "run.json.part") Assert.Throws<IOException>(() => Record(2));
        else Record(2);
        Assert.Equal(precious, File.ReadAllBytes(victim));
    }

    [Fact]
    public void TheManifestStatesTheSumsOfTheFiles()
    {
        Record();
        using var run = RecordedRun.Open(_run);
        string[] files = ["targets.safetensors", .. run.Manifest.Checkpoints.Select(c => c.File)];
        string[] sums = [.. files.Select(f => Convert.ToHexStringLower(Sha256.Of(File.ReadAllBytes(Path.Combine(_run, f)))))];
        Assert.Equal(sums, run.Manifest.Checkpoints.Select(c => c.Sha256).Prepend(run.Manifest.TargetsSha256));
        Assert.Equal(files.Zip(sums, (f, s) => new FileSum(f, s, s)), run.Verify());
    }

    [Theory]
    [InlineData("checkpoint-000001.safetensors")]
    [InlineData("targets.safetensors")]
    public void AFileThatWasChangedIsNotTheOneThatIsMeant(string name)
    {
        Record();
        string sum = Convert.ToHexStringLower(Sha256.Of(File.ReadAllBytes(Path.Combine(_run, name))));
        Flip(Path.Combine(_run, name));
        using var run = RecordedRun.Open(_run);
        string message = Assert.Throws<InvalidRunException>(() => run.InputHash()).Message;
        Assert.StartsWith($"{Path.Combine(_run, name)}: found SHA-256 ", message);
        Assert.Contains($", expected {sum}, which run.json states", message);
        Assert.Contains("expected " + sum, ResumeRefused());
    }

    [Fact]
    public void FilesWithoutAStatedSumAreNotCompared()
    {
        Record();
        Edit(json => json["checkpoints"]![1]!.AsObject().Remove("sha256"));
        Flip(Checkpoint(1));
        using var run = RecordedRun.Open(_run);
        Assert.Equal([false, false, true, false], run.Verify().Select(s => s.Stated is null));
    }

    [Theory]
    [InlineData("\"abc\"")]
    [InlineData("17")]
    public void ASumThatIsNoneIsAnError(string text)
    {
        Record();
        Edit(json => json["checkpoints"]![1]!["sha256"] = JsonNode.Parse(text));
        Assert.Contains("checkpoints[1].sha256: found ", Assert.Throws<InvalidRunException>(() => RecordedRun.Open(_run)).Message);
    }

    /// <summary>An earlier checkpoint, not the last one: cut off, replaced by one of other sizes, or gone.</summary>
    [Theory]
    [InlineData("cut")]
    [InlineData("header only")]
    [InlineData("gone")]
    [InlineData("other sizes")]
    public void ResumingLooksAtEveryCheckpointItStandsOn(string defect)
    {
        Record(4);
        Edit(json => { foreach (var c in json["checkpoints"]!.AsArray()) c!.AsObject().Remove("sha256"); });
        if (defect == "cut") File.WriteAllBytes(Checkpoint(1), File.ReadAllBytes(Checkpoint(1))[..^8]);
        else if (defect == "header only") File.WriteAllBytes(Checkpoint(1), File.ReadAllBytes(Checkpoint(1))[..100]);
        else if (defect == "gone") File.Delete(Checkpoint(1));
        else SafetensorsWriter.Write(Checkpoint(1), new MemoryTensor("U_S", [1.0, 2], 2, 1));
        string before = File.ReadAllText(Manifest), message = ResumeRefused();
        Assert.StartsWith(Checkpoint(1) + ": ", message);
        Assert.Contains("record it anew, or take this and the later checkpoints out of run.json and resume.", message);
        Assert.Equal(before, File.ReadAllText(Manifest));

        Edit(json => { while (json["checkpoints"]!.AsArray().Count > 1) json["checkpoints"]!.AsArray().RemoveAt(1); });
        using (var writer = RunWriter.Resume(_run)) Append(writer, 1);
        using var run = RecordedRun.Open(_run);
        Assert.Equal(2, run.Checkpoints.Count);
    }

    [Fact]
    public void ARecordingWithoutACheckpointIsBegunAnew()
    {
        RunWriter.Create(_run, Description).Dispose();
        Assert.Equal($"{Manifest}: found no complete checkpoint, expected one to continue after; record it anew.", ResumeRefused());
        Record();
        using var run = RecordedRun.Open(_run);
        Assert.Equal(3, run.Checkpoints.Count);
    }
}
