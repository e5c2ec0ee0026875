using KernelFlow.Numerics.Native;

namespace KernelFlow.Numerics.Selection;

/// <summary>Which library computes what: the fastest that was measured, remembered until something that it depends on changes.</summary>
internal static class SpeedChoice
{
    /// <summary>By how much another library must be faster than the one that was chosen before.</summary>
    public const double Gain = 1.1;

    /// <summary>By how much a library must be faster than the one that is first by name where none was chosen before: within it two measurements of one
    /// library differ, and what is kept has 95 % of the best rate.</summary>
    public const double FirstGain = 1.05;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly Lock s_lock = new();
    private static (string Path, RememberedChoice Entry)? s_here;

    /// <summary>The choice for this machine as it is now.</summary>
    /// <param name="path">The file of the memory.</param>
    /// <param name="measure">Measures what is there.</param>
    /// <param name="again">Whether what is remembered turned out to be wrong.</param>
    public static BackendChoice Of(string path, Func<(IReadOnlyList<LibraryRates> Rates, IReadOnlyList<(string, string)> Refused)> measure,
        bool again = false) => Of(path, Surroundings.Describe(), Surroundings.Processor(), measure, again);

    /// <summary>The same with the surroundings given.</summary>
    public static BackendChoice Of(string path, string surroundings, string processor,
        Func<(IReadOnlyList<LibraryRates> Rates, IReadOnlyList<(string, string)> Refused)> measure, bool again = false)
    {
        lock (s_lock)
        {
            if (!again && Known(BackendMemory.Read(path), surroundings) is { } known) return known.Choice;
            // Where nothing can be remembered, one process at least keeps to what it chose.
            if (!again && s_here is { } here && here.Path == path && here.Entry.Surroundings == surroundings) return here.Entry.Choice;
            // Two processes that measure at once would disturb each other and could choose differently: the second one waits and reads.
            using var alone = Alone(path);
            var before = BackendMemory.Read(path);
            if (!again && Known(before, surroundings) is { } meanwhile) return meanwhile.Choice;
            var (rates, refused) = measure();
            var last = before.LastOrDefault(entry => entry.Processor == processor)?.Choice;
            var choice = new BackendChoice(
                Fastest(rates, rate => rate.Product, last?.Products), Fastest(rates, rate => rate.Factorization, last?.Factorizations),
                Fastest(rates, rate => rate.Spectrum, last?.Spectra), DateTimeOffset.UtcNow, rates, refused);
            var entry = new RememberedChoice(surroundings, processor, choice);
            s_here = (path, entry);
            BackendMemory.Write(path, entry);
            return choice;
        }
    }

    /// <summary>Forgets what this process chose.</summary>
    public static void Forget()
    {
        lock (s_lock) s_here = null;
    }

    /// <summary>The earlier choice, unless another is faster by the <see cref="Gain"/>; without one the first of the rates, unless another is faster by the
    /// <see cref="FirstGain"/>.</summary>
    public static string Fastest(IReadOnlyList<LibraryRates> rates, Func<LibraryRates, double> rate, string? before)
    {
        var best = rates.MaxBy(rate)!;
        var earlier = rates.FirstOrDefault(r => r.Name == before);
        return rate(best) < (earlier is null ? FirstGain * rate(rates[0]) : Gain * rate(earlier)) ? (earlier ?? rates[0]).Name : best.Name;
    }

    private static RememberedChoice? Known(IReadOnlyList<RememberedChoice> all, string surroundings) =>
        all.LastOrDefault(entry => entry.Surroundings == surroundings);

    private static FileStream? Alone(string path)
    {
        var end = DateTime.UtcNow + s_patience;
        while (true)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                if (LibraryFile.IsRegular(path + ".lock") == false) return null;
                return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < end && File.Exists(path + ".lock"))
            {
                Thread.Sleep(20);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
            {
                return null;
            }
        }
    }
}
