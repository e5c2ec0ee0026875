using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelFlow.WorkPrecision;

/// <summary>The figures for programs: points.csv, points.json and, from peers/work_precision.py, peers.json.</summary>
internal static class StudyFiles
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
        IndentSize = 1,
    };

    /// <exception cref="FileNotFoundException">Nothing was measured there.</exception>
    public static StudyResults Read(string folder)
    {
        var results = JsonSerializer.Deserialize<StudyResults>(File.ReadAllText(Path.Combine(folder, "points.json")), _options)!;
        string peers = Path.Combine(folder, "peers.json");
        return File.Exists(peers) ? results with { Peers = JsonSerializer.Deserialize<List<StudyPoint>>(File.ReadAllText(peers), _options)! } : results;
    }

    public static void Write(string folder, StudyResults results)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "points.json"), JsonSerializer.Serialize(results with { Peers = [] }, _options) + "\n");
        WriteCsv(Path.Combine(folder, "points.csv"), results.Points);
    }

    private static void WriteCsv(string path, IEnumerable<StudyPoint> points)
    {
        var text = new StringBuilder("problem,method,resolved,rtol,status,errorP,errorW,errorG,estimated,wallSeconds,cpuSeconds,rounds,steps,rejected,passes,kernelEvaluations,factorizations,gigaflops\n");
        foreach (var p in points)
            text.Append(CultureInfo.InvariantCulture,
                $"{p.Problem},{p.Method},{p.Resolved},{p.Rtol:R},{Quoted(p.Status)},{N(p.Errors.P)},{N(p.Errors.W)},{N(p.Errors.G)},{N(p.Estimated)},{N(p.Seconds.Wall)},{N(p.Seconds.Cpu)},{p.Rounds},{p.Steps},{p.Rejected},{p.Passes},{p.KernelEvaluations},{p.Factorizations},{N(p.Flops / 1e9)}\n");
        File.WriteAllText(path, text.ToString());
    }

    private static string N(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "";

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
}
