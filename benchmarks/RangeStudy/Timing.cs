using System.Diagnostics;
using KernelFlow.Numerics;

namespace KernelFlow.RangeStudy;

/// <summary>The same analysis whole and left to the tool, by turns: seconds of the processor, and the ratio of each pair.</summary>
internal static class Timing
{
    // Of a tail: the squares of the scales fall by this many decades over all N directions.
    private const double Decades = 80;

    /// <summary>Runs the pairs and prints them.</summary>
    /// <param name="size">N; the planted rank is an eighth of it.</param>
    /// <param name="tail">A tail that falls by 80 decades over all directions in place of a planted rank.</param>
    /// <param name="repeat">Pairs.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static int Run(int size, bool tail, int repeat, Backend backend)
    {
        var run = tail ? Runs.Planted(size, size, j => Math.Pow(10, -0.5 * Decades * j / size), 7000, test: size / 5, parameters: 2 * size, checkpoints: 16)
            : Runs.Planted(size, size / 8, _ => 1, 7000, test: size / 5, parameters: size / 4, checkpoints: 16);
        var ratios = new List<double>();
        for (int i = 0; i < repeat; i++)
        {
            var (whole, _) = Seconds(ReductionChoice.Off);
            var (reduced, analysis) = Seconds(ReductionChoice.Auto);
            ratios.Add(whole / reduced);
            string range = analysis.Options.Reduction is { } taken ? FormattableString.Invariant($"r = {taken.Rank}, bound {taken.Bound:G2}") : "not reduced";
            Console.WriteLine(FormattableString.Invariant($"N = {size}, {range}: whole {whole:F2} s, reduced {reduced:F2} s, ratio {whole / reduced:F2}"));
        }
        Console.WriteLine(FormattableString.Invariant($"median ratio {ratios.Order().ElementAt(ratios.Count / 2):F2}"));
        return 0;

        (double, ReservoirAnalysis) Seconds(ReductionChoice reduction)
        {
            var before = Process.GetCurrentProcess().UserProcessorTime;
            var analysis = Analyze.Reservoir(run, new AnalysisOptions { Mode = AnalysisMode.Flow, Reduction = reduction, Backend = backend });
            return ((Process.GetCurrentProcess().UserProcessorTime - before).TotalSeconds, analysis);
        }
    }
}
