using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Results;

/// <summary>What runs do not have in common, and what that does to a comparison.</summary>
internal static class ComparedFacts
{
    /// <summary>The facts whose values are not all the same.</summary>
    public static IReadOnlyList<ComparedFact> Differences(ComparedRun[] runs)
    {
        var facts = new List<ComparedFact>();
        void Add(string name, Func<ComparedRun, string?> value)
        {
            string[] values = [.. runs.Select(r => value(r) ?? "")];
            if (values.Distinct(StringComparer.Ordinal).Count() > 1) facts.Add(new ComparedFact(name, values));
        }
        Add("loss", r => r.Run.Loss);
        Add("training examples", r => Count(r.Run.Train));
        Add("test examples", r => Count(r.Run.Test));
        Add("outputs", r => Count(r.Run.Outputs));
        Add("parameters", r => r.Run.Parameters is { } d ? Count(d) : "kernel blocks");
        Add("optimizer", r => r.Run.Optimizer is { } o ? o.Description : null);
        foreach (string key in runs.SelectMany(r => r.Run.Metadata.Keys).Distinct(StringComparer.Ordinal).Where(k => k != "options"))
            Add(key, r => r.Run.Metadata.GetValueOrDefault(key));
        Add("checkpoints", r => Count(r.Run.Checkpoints));
        Add("window from", r => RoundTrip(r.Window.From));
        Add("window to", r => RoundTrip(r.Window.To));
        Add("extent", r => r.Options.Extent.Name());
        Add("mode", r => r.Options.Mode.Name());
        Add("method", r => r.Options.Method);
        Add("interpolation", r => r.Options.Interpolation);
        Add("relative tolerance", r => RoundTrip(r.Options.RelativeTolerance));
        Add("threshold", r => RoundTrip(r.Options.Threshold));
        return facts;
    }

    /// <summary>Sentences about what keeps the runs from being compared number by number.</summary>
    public static IReadOnlyList<string> Notes(ComparedRun[] runs)
    {
        var notes = new List<string>();
        bool Same<T>(Func<ComparedRun, T> value) => runs.Select(value).Distinct().Count() == 1;
        if (!Same(r => r.Options.Threshold)) notes.Add("Thresholds differ: signal and reservoir dimensions do not mean the same.");
        string[] claimsOnly = [.. runs.Where(r => r.Options.Extent == AnalysisExtent.ClaimsOnly).Select(r => r.Label)];
        if (claimsOnly.Length > 0)
            notes.Add($"{string.Join(" and ", claimsOnly)}: only C1 to C4 and the recording were computed; nothing is said of operators, spectrum, inclusion "
                + "and other claims.");
        if (runs.Where(r => r.KnownSpectrum.IsKnown).Select(r => r.Spectrum.DissipatedFraction.IsKnown).Distinct().Count() > 1)
            notes.Add("The threshold applies to the dissipated fraction 2βλ_j in some runs and to λ_j/λ_1 in others: "
                + "signal and reservoir dimensions do not mean the same.");
        if (!Same(r => r.Options.Mode))
            notes.Add("Flow and descent are mixed: in flow the finite learning rate is part of the error budget, in descent it is part of the prediction.");
        if (!Same(r => r.Run.Loss)) notes.Add("Losses differ: eigenvalues of W_S are not on one scale.");
        if (!Same(r => (r.Run.Train, r.Run.Outputs))) notes.Add("The numbers of training outputs differ: dimensions and ranks are out of different totals.");
        if (!Same(r => r.Window)) notes.Add("Windows differ: drift is relative to the kernel at the start of each window.");
        var repeated = runs.Where(r => r.Run.InputHash is not null).GroupBy(r => r.Run.InputHash)
            .Where(g => g.Count() > 1 && !g.Select(r => (r.Window, r.Run.Checkpoints, r.Options)).Distinct().Skip(1).Any());
        foreach (var same in repeated)
            notes.Add($"{string.Join(" and ", same.Select(r => r.Label))} are the same input, window and options.");
        return notes;
    }
}
