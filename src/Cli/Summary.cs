using KernelFlow.Files;
using KernelFlow.Reporting;
using KernelFlow.Reporting.Content;

namespace KernelFlow.Cli;

/// <summary>The lines that a person reads when an analysis has ended.</summary>
internal static class Summary
{
    /// <summary>Writes the headline, the likely causes, the two claims that confront the theory with data, kernel drift and where the rest is.</summary>
    public static void Write(TextWriter writer, ReservoirAnalysis analysis, string? folder)
    {
        var headline = Headline.Of(analysis);
        writer.WriteLine($"{headline.Sentence}.");
        foreach (var line in headline.Lines)
        {
            writer.WriteLine($"{line.Question} {line.Answer}");
            if (line.Detail.Length > 0) writer.WriteLine($"  {line.Detail}");
        }
        if (analysis.LikelyCauses.Count > 0) writer.WriteLine($"{CauseText.Title}, the best supported first:");
        for (int i = 0; i < analysis.LikelyCauses.Count; i++)
        {
            var cause = analysis.LikelyCauses[i];
            writer.WriteLine($"  {NumberText.Count(i + 1)}. {CauseText.Sentence(cause.Cause)} {CauseText.Sentence(cause.Evidence)}");
            writer.WriteLine($"     {CauseText.ToDo} {CauseText.Sentence(cause.WhatToDo)}");
        }
        foreach (string id in (string[])[WellKnownClaims.Transport, WellKnownClaims.TestTransfer])
            if (analysis.Claims.FirstOrDefault(c => c.Id == id) is { } claim) writer.WriteLine(Claim(claim));
        if (analysis.Options.Extent == AnalysisExtent.Whole) Operators(writer, analysis);
        if (analysis.MatrixFree.TryGet(out var applied))
            foreach (string line in MatrixFreeSections.Lines(applied)) writer.WriteLine(line);
        if (folder is not null) writer.WriteLine($"Report: {Path.Combine(folder, ReservoirReports.HtmlFile)}");
    }

    private static void Operators(TextWriter writer, ReservoirAnalysis analysis)
    {
        writer.WriteLine($"Kernel drift: {NumberText.Short(analysis.KernelEvolution.PeakDrift)} at its largest, "
            + $"{NumberText.Short(analysis.KernelEvolution.EndDrift)} at the end (relative, spectral norm)");
        writer.WriteLine($"Spectrum of W_S: {Narrative.Count(analysis.Spectrum.SignalDimension)} signal, "
            + $"{Narrative.Count(analysis.Spectrum.ReservoirDimension)} reservoir modes; effective rank {NumberText.Short(analysis.Spectrum.EffectiveRank)}");
    }

    private static string Claim(ClaimResult claim)
    {
        string text = $"{claim.Id} {claim.Name}: {Narrative.Word(claim.Verdict)}";
        if (claim.RelativeError.TryGet(out double error)) text += $", relative error {NumberText.Short(error)}";
        if (claim.Budget is not null) text += $", known error sources {Narrative.Sum(claim.Budget)}";
        return Narrative.Reasons(claim) is { Length: > 0 } reasons ? $"{text} ({reasons})" : text;
    }
}
