using System.Diagnostics;
using System.Globalization;

namespace KernelFlow.ForecastStudy;

/// <summary>Runs the command and watches it.</summary>
/// <param name="Path">The command.</param>
/// <param name="Threads">Threads it may use; 0 for all.</param>
internal sealed record Tool(string Path, int Threads)
{
    /// <summary>Runs it to its end.</summary>
    public Outcome Run(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        if (Threads > 0) foreach (string argument in (string[])["--threads", Threads.ToString(CultureInfo.InvariantCulture)]) start.ArgumentList.Add(argument);
        long begin = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{Path} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        double peak = 0, cpu = 0;
        while (!process.WaitForExit(10))
        {
            peak = Math.Max(peak, Anonymous(process.Id));
            try
            {
                cpu = process.TotalProcessorTime.TotalSeconds;
            }
            catch (InvalidOperationException)
            {
                break; // It has just ended.
            }
        }
        process.WaitForExit();
        double wall = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', start.ArgumentList)}: exit code {process.ExitCode}\n{error.Result}");
        return new Outcome(output.Result, error.Result, wall, cpu, peak);
    }

    private static double Anonymous(int process)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{process}/status"))
                if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                    return 1024 * double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has just ended.
        }
        return 0;
    }
}

/// <summary>What came out.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Wall">Wall time in seconds.</param>
/// <param name="Cpu">Processor time in seconds, to the last time it was looked at.</param>
/// <param name="Peak">Largest RssAnon in bytes.</param>
internal sealed record Outcome(string Out, string Error, double Wall, double Cpu, double Peak);
