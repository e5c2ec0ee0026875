using System.Globalization;

namespace KernelFlow.Tests;

/// <summary>
/// How far observed errors stay below their limits. Where the environment variable KERNELFLOW_TEST_MARGINS names a file, every comparison appends a line to it:
/// test file and line, method, observed, limit, limit/observed and the words of the message, separated by tabs.
/// </summary>
/// <remarks>A limit should stay within a hundred times of the largest observed error; where it does not, the analysis
/// that justifies it stands beside it.</remarks>
internal static class Margins
{
    private static readonly Lock s_gate = new();
    private static readonly StreamWriter? s_file = Open(Environment.GetEnvironmentVariable("KERNELFLOW_TEST_MARGINS"));

    public static void Note(double observed, double limit, string what, string file, string member, int line)
    {
        if (s_file is null) return;
        double margin = observed > 0 ? limit / observed : double.PositiveInfinity;
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}:{line}\t{member}\t{observed:G4}\t{limit:G4}\t{margin:G4}\t{what}");
        lock (s_gate) s_file.WriteLine(text);
    }

    private static StreamWriter? Open(string? path) => string.IsNullOrEmpty(path)
        ? null
        : new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
}
