namespace KernelFlow;

/// <summary>Several analyses side by side: immutable.</summary>
public sealed record RunComparison
{
    /// <summary>The runs, in the order given.</summary>
    public required IReadOnlyList<ComparedRun> Runs { get; init; }

    /// <summary>The facts that are not the same in all runs: network, label noise, window, checkpoints, options.</summary>
    public required IReadOnlyList<ComparedFact> Differences { get; init; }

    /// <summary>What to keep in mind when the numbers are read beside each other: different thresholds, modes, losses, sizes.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Puts analyses side by side.</summary>
    /// <param name="runs">At least two, with labels of their own.</param>
    /// <exception cref="ArgumentException">There are fewer than two, or two have one label.</exception>
    public static RunComparison Of(IEnumerable<ComparedRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ComparedRun[] all = [.. runs];
        foreach (var run in all) ArgumentNullException.ThrowIfNull(run, nameof(runs));
        if (all.Length < 2)
            throw new ArgumentException($"A comparison needs at least two runs, windows or densities; there is {(all.Length == 0 ? "none" : "one")}.",
                nameof(runs));
        if (all.GroupBy(r => r.Label, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Two runs have the label {twice.Key}.", nameof(runs));
        return new RunComparison { Runs = all, Differences = Results.ComparedFacts.Differences(all), Notes = Results.ComparedFacts.Notes(all) };
    }
}

/// <summary>One fact with its value in every run.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">Its values in the order of the runs; an empty text where a run does not say.</param>
public sealed record ComparedFact(string Name, IReadOnlyList<string> Values);
