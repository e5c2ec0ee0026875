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

    /// <summary>How many processes measure while the machine is too busy to tell.</summary>
    public const int MostTries = 4;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly Lock s_lock = new();
    private static (string Path, RememberedChoice Entry)? s_here;

    /// <summary>The choice for this machine as it is now.</summary>
    /// <param name="path">The file of the memory.</param>
    /// <param name="measure">Measures what is there.</param>
    /// <param name="again">Whether what is remembered turned out to be wrong.</param>
    public static BackendChoice Of(string path, Func<Measurement> measure, bool again = false) =>
        Of(path, Surroundings.Describe(), Surroundings.Processor(), measure, again);

    /// <summary>The same with the surroundings given.</summary>
    public static BackendChoice Of(string path, string surroundings, string processor, Func<Measurement> measure, bool again = false)
    {
        lock (s_lock)
        {
            // Where nothing can be remembered, one process at least keeps to what it chose.
            var here = s_here is { } chosen && chosen.Path == path && chosen.Entry.Surroundings == surroundings ? chosen.Entry : null;
            if (!again && Known(BackendMemory.Read(path), surroundings, here) is { } known) return known.Choice;
            if (!again && here is not null) return here.Choice;
            // Two processes that measure at once would disturb each other and could choose differently: the second one waits and reads.
            using var alone = Alone(path);
            var before = BackendMemory.Read(path);
            if (!again && Known(before, surroundings, here) is { } meanwhile) return meanwhile.Choice;
            var doubtful = again ? null : before.LastOrDefault(entry => entry.Surroundings == surroundings);
            var measured = measure();
            var rates = Best(measured.Rates, doubtful?.Choice.Rates ?? []);
            var last = before.LastOrDefault(entry => entry.Processor == processor && !entry.Choice.Provisional)?.Choice;
            var choice = new BackendChoice(
                Fastest(rates, rate => rate.Product, last?.Products), Fastest(rates, rate => rate.Factorization, last?.Factorizations),
                Fastest(rates, rate => rate.Spectrum, last?.Spectra), DateTimeOffset.UtcNow, rates, measured.Refused) { Provisional = !measured.Settled };
            var entry = new RememberedChoice(surroundings, processor, choice) { Tries = (doubtful?.Tries ?? 0) + 1 };
            s_here = (path, entry);
            BackendMemory.Write(path, entry);
            return choice;
        }
    }

    /// <summary>For each library the better of two measurements: a busy machine makes rates smaller, never larger.</summary>
    private static IReadOnlyList<LibraryRates> Best(IReadOnlyList<LibraryRates> now, IReadOnlyList<LibraryRates> before) =>
    [
        .. now.Select(rate => before.FirstOrDefault(other => (other.Name, other.Library) == (rate.Name, rate.Library)) is not { } earlier ? rate
            : rate with
            {
                Product = Math.Max(rate.Product, earlier.Product),
                Factorization = Math.Max(rate.Factorization, earlier.Factorization),
                Spectrum = Math.Max(rate.Spectrum, earlier.Spectrum),
            }),
    ];

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

    /// <summary>What is remembered and not to be measured again: a provisional choice counts for the process that made it, and after some tries.</summary>
    private static RememberedChoice? Known(IReadOnlyList<RememberedChoice> all, string surroundings, RememberedChoice? here) =>
        all.LastOrDefault(entry => entry.Surroundings == surroundings) is { } entry
            && (!entry.Choice.Provisional || entry.Tries >= MostTries || here is not null) ? entry : null;

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
