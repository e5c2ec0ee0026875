using System.Globalization;
using KernelFlow.Files;
using KernelFlow.Numerics;

namespace KernelFlow.Cli.Doctor;

/// <summary>Which libraries compute, why, and what would be faster, in words.</summary>
internal static class ChoiceText
{
    private const double Notable = 1.1;

    /// <summary>What was chosen and why, and what every library did.</summary>
    public static IEnumerable<(string Name, string Text)> Lines(Backend backend)
    {
        if (backend.Choice is not { } choice)
        {
            if (BackendMemory.Path is null)
                yield return ("choice", $"by name, or the first that is usable: nothing is measured or remembered ({BackendMemory.Variable})");
            yield break;
        }
        string Of(string name, Func<LibraryRates, double> rate)
        {
            var chosen = choice.Rates.First(r => r.Name == name);
            return $"{chosen.Library} ({Gflops(rate(chosen))})";
        }
        yield return ("choice", $"products by {Of(choice.Products, r => r.Product)}, factorizations by {Of(choice.Factorizations, r => r.Factorization)}, "
            + $"eigenvalues by {Of(choice.Spectra, r => r.Spectrum)}");
        string day = choice.Measured.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        yield return ("why", $"the fastest on one thread, measured on {day} and remembered in {BackendMemory.Path} "
            + (choice.Provisional ? "for now: the machine was busy, and the next commands measure again"
                : "until a library, the processor or the environment changes ('kernelflow doctor --forget' measures again)"));
        foreach (var rate in choice.Rates)
            yield return ("measured", $"{rate.Name}: products {Gflops(rate.Product)}, factorizations {Gflops(rate.Factorization)}, "
                + $"eigenvalues {Gflops(rate.Spectrum)}");
    }

    /// <summary>What would be faster, and what limits a library.</summary>
    public static IEnumerable<string> Advice(Backend backend)
    {
        if (backend.Choice is null && BackendMemory.Path is not null && Backend.Resolve("auto", 1).Choice is { } auto
            && auto.Rates.FirstOrDefault(r => r.Library == backend.Name) is { } used)
        {
            var best = auto.Rates.MaxBy(r => r.Product)!;
            if (best.Product > Notable * used.Product)
                yield return $"products of {best.Library} are {NumberText.Short(best.Product / used.Product)} times as fast as those of {used.Library}: "
                    + "'--backend auto' takes them";
        }
        if (Backend.EnvironmentLimit is { } limit) yield return limit;
    }

    private static string Gflops(double rate) => $"{NumberText.Short(rate / 1e9)} Gflop/s";
}
