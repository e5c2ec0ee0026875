using System.Text.Json.Nodes;

namespace KernelFlow.Networks.Tests;

public sealed class ResumeBesideOthersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-beside-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // It was begun there with leave to overwrite: that the first checkpoint is missing does not take it back.
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_killed_recording_beside_files_of_others_is_resumed(int named)
    {
        var options = new RecordingOptions { Train = 6, Test = 4, Layers = [LayerSpec.Dense(3)], Steps = 20, Checkpoints = 4 };
        string manifest = Path.Combine(_folder, "run.json");
        string[] others = ["checkpoint-best.safetensors", "movie.mp4.part", "notes.txt"];
        foreach (string name in others) File.WriteAllText(Path.Combine(_folder, name), "mine");
        Recorder.Record(options, _folder, Backends.Managed, ExistingRun.Overwrite);
        var json = JsonNode.Parse(File.ReadAllText(manifest))!;
        var list = json["checkpoints"]!.AsArray();
        while (list.Count > named) list.RemoveAt(named);
        File.WriteAllText(manifest, json.ToJsonString());
        Recorder.Record(options, _folder, Backends.Managed, ExistingRun.Resume);
        using var run = RecordedRun.Open(_folder);
        Assert.Equal(4, run.Checkpoints.Count);
        foreach (string name in others) Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder, name)));
    }
}
