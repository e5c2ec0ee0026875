using System.Text.Json;

namespace KernelFlow.Hardening.Writers;

/// <summary>Commands that write a run: every checkpoint that run.json names must be one of the training that run.json describes, to the byte.</summary>
internal abstract class RunFolderWriter(Tool tool, Inputs inputs) : Writer(tool, inputs)
{
    /// <inheritdoc/>
    public override State Look(string output)
    {
        string manifest = Path.Combine(output, "run.json");
        if (!File.Exists(manifest))
            return Directory.Exists(output) && Directory.EnumerateFiles(output, "checkpoint-0*.safetensors").Any()
                ? State.Wrong("checkpoints without run.json") : new State(Condition.Nothing);
        JsonElement json;
        try
        {
            json = JsonDocument.Parse(File.ReadAllBytes(manifest)).RootElement;
        }
        catch (JsonException e)
        {
            return State.Wrong("run.json is no JSON", e.Message);
        }
        string rate = json.GetProperty("optimizer").GetProperty("learningRate").GetRawText();
        if (Enum.GetValues<Which>().Where(w => Inputs.Rate((int)w) == rate).ToArray() is not [var which])
            return State.Wrong("run.json is of another training", rate);
        string[] named = [.. json.GetProperty("checkpoints").EnumerateArray().Select(c => c.GetProperty("file").GetString()!)];
        if (named.Length > 0) named = [.. named, json.GetProperty("targets").GetString()!];
        string? other = named.FirstOrDefault(file => !Same(Path.Combine(output, file), Path.Combine(Reference(which), file)));
        int checkpoints = Math.Max(0, named.Length - 1), all = Directory.GetFiles(Reference(which), "checkpoint-*").Length;
        string? refusal = Refusal(output);
        if (other is not null)
            return refusal is null && checkpoints >= 2 ? State.Wrong("a mixture that is taken for sound", other)
                : State.Wrong(File.Exists(Path.Combine(output, other)) ? "a mixture" : "run.json names a file that is not there", $"{other}: {refusal}");
        if (checkpoints >= 2 && refusal is not null) return State.Wrong("a run that cannot be read", refusal);
        return new State(checkpoints < all ? which == Which.Later ? Condition.Begun : Condition.Wrong : (Condition)((int)Condition.Earlier + (int)which),
            checkpoints < all && which == Which.Earlier ? "the earlier run lost checkpoints" : "", refusal ?? "");
    }

    private static string? Refusal(string folder)
    {
        try
        {
            using var run = RecordedRun.Open(folder);
            run.InputHash();
            foreach (var tensor in run.Checkpoints.SelectMany(c => c.Tensors.Values)) tensor.ReadAll();
            return null;
        }
        catch (InvalidRunException e)
        {
            return e.Message;
        }
    }

    private static bool Same(string file, string reference) =>
        File.Exists(file) && File.Exists(reference) && File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(reference));
}

/// <summary><c>record</c>.</summary>
internal sealed class RecordWriter(Tool tool, Inputs inputs) : RunFolderWriter(tool, inputs)
{
    /// <inheritdoc/>
    public override string Name => "record";

    /// <inheritdoc/>
    public override string[] Arguments(Which which, string output) =>
        ["record", output, "--train", "30", "--test", "12", "--layers", "12,12", "--steps", "600", "--checkpoints", "40", "--lr", Inputs.Rate((int)which),
            .. Inputs.Common];

    /// <inheritdoc/>
    public override string[] Resuming(string output) => [.. Arguments(Which.Later, output), "--resume"];
}

/// <summary><c>kernels</c>.</summary>
internal sealed class KernelsWriter(Tool tool, Inputs inputs) : RunFolderWriter(tool, inputs)
{
    /// <inheritdoc/>
    public override string Name => "kernels";

    /// <inheritdoc/>
    public override string[] Arguments(Which which, string output) => ["kernels", Inputs.Run((int)which), "--out", output, .. Inputs.Common];
}
