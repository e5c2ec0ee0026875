using System.Text;
using KernelFlow.Files;
using KernelFlow.Results;

namespace KernelFlow;

/// <summary>results.json: what programs read (docs/results.md).</summary>
public static class ResultsFile
{
    /// <summary>Its name in a report folder.</summary>
    public const string Name = "results.json";

    /// <summary>Value of the key "format", by which a results file is recognised.</summary>
    public const string Format = "kernel-flow-results";

    /// <summary>Version of the keys: within a version keys are added, never changed.</summary>
    public const int Version = 1;

    /// <summary>Writes an analysis; an older file is replaced whole.</summary>
    /// <param name="analysis">What to write.</param>
    /// <param name="path">The file; missing folders are made.</param>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, is intact.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Write(ReservoirAnalysis analysis, string path)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        AtomicFile.Write(path, stream => ResultsJson.Write(analysis, stream));
    }

    /// <summary>Reads an analysis: all that reports show, and neither the operators nor matrices as large as they are.</summary>
    /// <param name="path">The file, or the report folder that holds it.</param>
    /// <exception cref="InvalidResultsException">It is not there, is not results.json of this version, or a key is missing or wrong; the message names
    /// it. Or the folder holds files of two analyses.</exception>
    public static ReservoirAnalysis Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return WholeReport.Read(path, ResultsJson.Read);
    }

    /// <summary>The figures of a user's own that a results file lists; none where there is no sound one.</summary>
    /// <param name="path">The file; it need not be there.</param>
    public static IReadOnlyList<FigureNote> Figures(string path) => ResultsJson.ReadFigures(path);

    /// <summary>The id of an analysis, which every file of its report has: the same findings have the same id, whatever they cost.</summary>
    public static string Id(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        return ResultsJson.Id(analysis);
    }

    /// <summary>Whether a results file holds this very analysis, and not one that found the same in another execution.</summary>
    /// <param name="path">The file; it need not be there, nor be sound.</param>
    /// <param name="analysis">The analysis.</param>
    public static bool Holds(string path, ReservoirAnalysis analysis)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(analysis);
        if (!File.Exists(path)) return false;
        try
        {
            var there = ResultsJson.Read(path);
            return there.Performance == analysis.Performance && Id(there) == Id(analysis);
        }
        catch (InvalidResultsException)
        {
            return false;
        }
    }

    /// <summary>The text of the file.</summary>
    public static string Text(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        using var stream = new MemoryStream();
        ResultsJson.Write(analysis, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
