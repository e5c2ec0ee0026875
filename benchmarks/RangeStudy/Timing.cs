using System.Diagnostics;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.RangeStudy;

/// <summary>The same analysis whole and left to the tool, by turns: seconds of the processor, and the ratio of each pair.</summary>
internal static class Timing
{
    // Of a tail: the squares of the scales fall by this many decades over all N directions.
    private const double Decades = 80;

    private const string Analyses = "KernelFlow.Analysis", Looking = "range reduction";

    // What a reduction makes smaller: both integrations.
    private static readonly string[] s_steps = ["integrating", "second integration"];

    /// <summary>The runs that can be timed.</summary>
    public static readonly string[] Kinds = ["planted", "tail", "full"];

    /// <summary>Runs the pairs and prints them, with a row of a table at the end.</summary>
    /// <param name="size">N.</param>
    /// <param name="kind">"planted": kernels of rank N/8; "tail": squares of scales that fall by 80 decades over all directions; "full": neither.</param>
    /// <param name="repeat">Pairs.</param>
    /// <param name="tolerance">What both are integrated to; null leaves it to the tool.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <returns>1 where an error exceeds the bound and what both integrations may be off by.</returns>
    public static int Run(int size, string kind, int repeat, double? tolerance, Backend backend)
    {
        var run = kind switch
        {
            "tail" => Runs.Planted(size, size, j => Math.Pow(10, -0.5 * Decades * j / size), 7000, test: size / 5, parameters: 2 * size, checkpoints: 16),
            "full" => Runs.Planted(size, size, _ => 1, 7000, test: size / 5, parameters: 2 * size, checkpoints: 16),
            _ => Runs.Planted(size, size / 8, _ => 1, 7000, test: size / 5, parameters: size / 4, checkpoints: 16),
        };
        List<double> ratios = [], steps = [], looking = [];
        double error = 0, allowed = 0;
        ReductionSummary? taken = null;
        for (int i = 0; i < repeat; i++)
        {
            // Whichever comes first in a pair, what the machine does meanwhile falls on both alike.
            var pair = new (ReservoirAnalysis Analysis, Dictionary<string, double> Stages, double All)[2];
            for (int j = 0; j < 2; j++) pair[(i + j) % 2] = Seconds(run, (i + j) % 2 == 0 ? ReductionChoice.Off : ReductionChoice.Auto, tolerance, backend);
            var (whole, left) = (pair[0], pair[1]);
            taken = left.Analysis.Options.Reduction;
            double looked = left.Stages.GetValueOrDefault(Looking), of = Steps(whole.Stages), to = Steps(left.Stages) + looked;
            ratios.Add(whole.All / left.All);
            steps.Add(of / to);
            looking.Add(looked / whole.All);
            error = Math.Max(error, Difference(left.Analysis.Operators.Value, whole.Analysis.Operators.Value));
            allowed = (taken?.Bound ?? 0) + 2 * whole.Analysis.Options.RelativeTolerance;
            string range = taken is null ? "not reduced" : FormattableString.Invariant($"r = {taken.Rank}, bound {taken.Bound:G2}");
            Console.WriteLine(FormattableString.Invariant($"{kind}, N = {size}, {range}: whole {whole.All:F2} s, left to the tool {left.All:F2} s, ")
                + FormattableString.Invariant($"ratio {ratios[^1]:F3}; steps {of:F2} s, looking and steps {to:F2} s; error {error:G2}, at most {allowed:G2}"));
        }
        Console.WriteLine("| run | N | r | bound | tolerance | error | analysis: ratio (least, most) | steps: ratio | looking, of the analysis |");
        Console.WriteLine(FormattableString.Invariant($"| {kind} | {size} | {taken?.Rank.ToString() ?? "–"} | {taken?.Bound.ToString("G2") ?? "–"} | ")
            + FormattableString.Invariant($"{0.5 * (allowed - (taken?.Bound ?? 0)):G2} | {error:G2} | ")
            + FormattableString.Invariant($"{Median(ratios):F2} ({ratios.Min():F2}, {ratios.Max():F2}) | ")
            + FormattableString.Invariant($"{Median(steps):F1} | {100 * Median(looking):F2} % |"));
        return error <= allowed ? 0 : 1;
    }

    private static (ReservoirAnalysis, Dictionary<string, double>, double) Seconds(CheckpointSequence run, ReductionChoice reduction, double? tolerance,
        Backend backend)
    {
        var stages = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Analyses,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = span => Book(span, -1),
            ActivityStopped = span => Book(span, 1),
        };
        ActivitySource.AddActivityListener(listener);
        double before = Processor();
        var analysis = Analyze.Reservoir(run, new AnalysisOptions
        {
            Mode = AnalysisMode.Flow, Reduction = reduction, Backend = backend, RelativeTolerance = tolerance is { } asked ? asked : ToleranceChoice.Auto,
        });
        return (analysis, stages, Processor() - before);

        void Book(Activity span, int sign)
        {
            lock (stages) stages[span.OperationName] = stages.GetValueOrDefault(span.OperationName) + sign * Processor();
        }
    }

    private static double Processor() => Process.GetCurrentProcess().UserProcessorTime.TotalSeconds;

    private static double Steps(Dictionary<string, double> stages) => s_steps.Sum(name => stages.GetValueOrDefault(name));

    private static double Difference(OperatorSet a, OperatorSet b) => new[] { (a.P, b.P), (a.W_S, b.W_S), (a.G_S, b.G_S), (a.G_Q, b.G_Q) }
        .Max(((Matrix<double> One, Matrix<double> Other) p) => (p.One - p.Other).FrobeniusNorm() / p.Other.FrobeniusNorm());

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }
}
