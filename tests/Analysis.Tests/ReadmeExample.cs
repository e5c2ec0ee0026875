namespace KernelFlow.Analysis.Tests;

/// <summary>README.md's C# example, compiled and run by <see cref="ReadmeTests"/>.</summary>
internal static class ReadmeExample
{
    public static void Run()
    {
        // begin example
        using var run = RecordedRun.Open("kernelflow-demo/run");          // what the demo recorded; nothing large is read yet
        ReservoirAnalysis analysis = Analyze.Reservoir(run.Checkpoints, new AnalysisOptions { Threshold = 0.1 });

        Console.WriteLine($"inclusion: {analysis.Inclusion.Verdict}, {analysis.Spectrum.SignalDimension} signal modes, "
            + $"{analysis.Spectrum.ReservoirDimension} in the reservoir");
        ClaimResult transfer = analysis.Claim("C4");                     // predicted against recorded test outputs
        Console.WriteLine($"test transfer: {transfer.Verdict}, relative error {transfer.RelativeError}, budget {transfer.Budget?.Sum}");
        analysis.Write(ReportFormat.Html, "report.html");
        // end example
    }
}
