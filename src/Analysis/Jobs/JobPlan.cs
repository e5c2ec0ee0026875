using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KernelFlow.Files;

namespace KernelFlow.Analysis.Jobs;

/// <summary>job.json: everything that the processes of a job must agree on.</summary>
internal sealed record JobPlan
{
    public const string FileName = "job.json", Format = "kernelflow-job";

    private const int Version = 1, Longest = 100_000_000;

    /// <summary>The version of the tool that planned it.</summary>
    public required string Tool { get; init; }

    /// <summary>Which build of it.</summary>
    public required string Code { get; init; }

    /// <summary>The run's folder, absolute.</summary>
    public required string Run { get; init; }

    /// <summary>The run's folder, relative to that of the job.</summary>
    public required string Beside { get; init; }

    /// <summary>The sum of every file of the run's window, run.json first.</summary>
    public required IReadOnlyList<(string Name, string Sha256)> Files { get; init; }

    /// <summary>The options of the analysis as they are given to <c>analyze</c>.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>What the pieces depend on of the options, one per line.</summary>
    public required string Settings { get; init; }

    /// <summary>Name, core and threads of the dense linear algebra.</summary>
    public required (string Name, string Core, int Threads) Backend { get; init; }

    /// <summary>Tasks and their pieces.</summary>
    public required IReadOnlyList<JobTask> Tasks { get; init; }

    /// <summary>What the numbers of pieces depend on, as one sum; how pieces are divided among tasks is not part of it.</summary>
    public string Id => Convert.ToHexStringLower(Sha256.Of(Encoding.UTF8.GetBytes(string.Join('\n',
        [$"{Format} {Version}", Tool, Code, .. Files.Select(f => $"{f.Sha256}  {f.Name}"), Settings, Backend.Name, Backend.Core,
            Backend.Threads.ToString(CultureInfo.InvariantCulture)]))));

    // Of everything: a file that was edited is told from the one that was written.
    private string Sum => Convert.ToHexStringLower(Sha256.Of(Encoding.UTF8.GetBytes(Json(withSum: false).ToJsonString())));

    /// <summary>Writes it into a folder.</summary>
    public void Write(string folder) => AtomicFile.WriteAllText(Path.Combine(folder, FileName), Json(withSum: true).ToJsonString(s_indented) + "\n");

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="InvalidJobException">It is not there, or not sound.</exception>
    public static JobPlan Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!Directory.Exists(folder)) throw new InvalidJobException($"{folder}: job folder not found; kernelflow job plan RUN --out {folder} makes one.");
        if (!File.Exists(path)) throw new InvalidJobException($"{path}: not found; {folder} is not the folder of a job.");
        try
        {
            var json = JsonNode.Parse(RegularFile.ReadAllBytes(path, Longest)) as JsonObject;
            if ((string?)json?["format"] != Format) throw Unsound(path, $"found another file, expected the format {Format}");
            if ((int?)json["version"] != Version)
                throw Unsound(path, $"found version {json["version"]} of the format, expected {Version}: another version of the tool planned it");
            var plan = Parse(json);
            // What another version wrote need not have the same sum.
            if (plan.Tool != ToolInfo.Current.Version) return plan;
            if ((string?)json["sum"] != plan.Sum) throw Unsound(path, "its contents are not what was planned: it was changed or damaged since");
            return plan;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException
            or UnreadableFileException)
        {
            throw new InvalidJobException($"{path}: not the plan of a job, or damaged; plan the job again.", e);
        }
    }

    private static InvalidJobException Unsound(string path, string what) => new($"{path}: {what}; plan the job again.");

    private JsonObject Json(bool withSum)
    {
        var json = new JsonObject
        {
            ["format"] = Format,
            ["version"] = Version,
            ["tool"] = Tool,
            ["code"] = Code,
            ["run"] = Run,
            ["beside"] = Beside,
            ["arguments"] = new JsonArray([.. Arguments.Select(a => (JsonNode)a)]),
            ["backend"] = new JsonObject { ["name"] = Backend.Name, ["core"] = Backend.Core, ["threads"] = Backend.Threads },
            ["settings"] = new JsonArray([.. Settings.Split('\n').Select(s => (JsonNode)s)]),
            ["files"] = new JsonArray([.. Files.Select(f => new JsonObject { ["name"] = f.Name, ["sha256"] = f.Sha256 })]),
            ["tasks"] = new JsonArray([.. Tasks.Select(t => new JsonObject
            {
                ["seconds"] = Math.Round(t.Seconds, 1),
                // Flat and short: pairs of checkpoints and the block of rows.
                ["pieces"] = string.Join(' ', t.Pieces.Select(p => FormattableString.Invariant($"{p.A}-{p.B}/{p.Block}"))),
            })]),
        };
        if (withSum) json["sum"] = Sum;
        return json;
    }

    private static JobPlan Parse(JsonObject json) => new()
    {
        Tool = (string)json["tool"]!,
        Code = (string)json["code"]!,
        Run = (string)json["run"]!,
        Beside = (string)json["beside"]!,
        Files = [.. json["files"]!.AsArray().Select(f => ((string)f!["name"]!, (string)f["sha256"]!))],
        Arguments = [.. json["arguments"]!.AsArray().Select(a => (string)a!)],
        Settings = string.Join('\n', json["settings"]!.AsArray().Select(s => (string)s!)),
        Backend = ((string)json["backend"]!["name"]!, (string)json["backend"]!["core"]!, (int)json["backend"]!["threads"]!),
        Tasks = [.. json["tasks"]!.AsArray().Select(Task)],
    };

    private static JobTask Task(JsonNode? json, int index)
    {
        JobPiece[] pieces = [.. ((string)json!["pieces"]!).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Piece)];
        return new JobTask(index + 1, pieces.Any(p => p.IsInterval) ? JobStage.Intervals : JobStage.Kernels, pieces, (double)json["seconds"]!);
    }

    private static JobPiece Piece(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal), slash = text.IndexOf('/', StringComparison.Ordinal);
        int Number(string part) => int.Parse(part, CultureInfo.InvariantCulture);
        return new JobPiece(Number(text[..dash]), Number(text[(dash + 1)..slash]), Number(text[(slash + 1)..]));
    }
}
