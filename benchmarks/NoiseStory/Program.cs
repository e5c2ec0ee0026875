// In which trainings does label noise first lie in the soft reservoir, unseen by the test outputs, and move into the signal channel later? Prints the tables of
// docs/noise-story.md. Windows and criteria are those of NoiseStory, which the demo uses; the seeds are those that are given (by default 0 to 4).
using System.Diagnostics;
using KernelFlow;
using KernelFlow.NoiseStories;
using KernelFlow.Numerics;
using KernelFlow.Reporting;

var backend = Backend.Resolve("auto", 1);
long[] seeds = args.Length > 0 ? [.. args[0].Split(',').Select(long.Parse)] : [0, 1, 2, 3, 4];
string[] only = args.Length > 1 ? args[1].Split(',') : [.. Settings.All.Keys];
var summary = new List<string>();
Console.WriteLine("| setting | seed | T early | noise in reservoir | clean in reservoir | response | test error | T late | noise in reservoir "
    + "| response | test error | growth | C4 error | budget | drift | shown |\n|" + string.Concat(Enumerable.Repeat("---|", 16)));
foreach (string name in only)
{
    var found = new List<NoiseStory>();
    int shown = 0;
    foreach (long seed in seeds)
    {
        var watch = Stopwatch.StartNew();
        var run = Recorder.InMemory(Settings.All[name] with { Seed = seed }, backend);
        var analysis = Analyze.Reservoir(run, new AnalysisOptions
        {
            Mode = AnalysisMode.Flow, Backend = backend, IndependentCheck = false, Threshold = DemoRun.Threshold,
        });
        Console.Error.WriteLine(FormattableString.Invariant($"{name}, seed {seed}: {watch.Elapsed.TotalSeconds:F0} s"));
        var transfer = analysis.Claim("C4");
        string ends = FormattableString.Invariant($"{transfer.RelativeError.OrDefault(double.NaN):G2} | {transfer.Budget?.Sum:G2} | ")
            + FormattableString.Invariant($"{analysis.KernelEvolution.EndDrift:F1}");
        if (!NoiseStory.Of(analysis).TryGet(out var story))
        {
            Console.WriteLine($"| {name} | {seed} | – | – | – | – | – | – | – | – | – | – | {ends} | no: {NoiseStory.Of(analysis).Reason} |");
            continue;
        }
        found.Add(story);
        if (story.IsShown) shown++;
        var (e, l) = (story.Early, story.Late);
        Console.WriteLine(FormattableString.Invariant($"| {name} | {seed} | {e.Time:G3} | {e.Noise.ReservoirShare:F2} | {e.Clean.ReservoirShare:F2} | ")
            + FormattableString.Invariant($"{e.RelativeResponse:F2} | {DemoRun.TestError(run, e.Time):F3} | {l.Time:G4} | {l.Noise.ReservoirShare:F2} | ")
            + FormattableString.Invariant($"{l.RelativeResponse:F2} | {DemoRun.TestError(run, l.Time):F3} | ")
            + FormattableString.Invariant($"{l.RelativeResponse / e.RelativeResponse:F1} | {ends} | ")
            + (story.IsShown ? "yes |" : "no |"));
    }
    string Range(Func<NoiseStory, double> of) => found.Count == 0 ? "–" : FormattableString.Invariant($"{found.Min(of):F2} to {found.Max(of):F2}");
    summary.Add($"| {name} | {shown} of {seeds.Length} | {found.Count} | {Range(s => s.Early.Noise.ReservoirShare)} | "
        + $"{Range(s => s.Late.Noise.ReservoirShare)} | {Range(s => s.Early.RelativeResponse!.Value)} | {Range(s => s.Late.RelativeResponse!.Value)} |");
}
Console.WriteLine("\n| setting | shown | with an early window | noise in reservoir, early | late | response, early | late |\n|---|---|---|---|---|---|---|");
foreach (string line in summary) Console.WriteLine(line);
