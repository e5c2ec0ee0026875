using System.Collections.Concurrent;
using System.Diagnostics;
using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Tests;

/// <summary>Whoever listens is told of every stage and claim, each once; nobody else pays.</summary>
public class WorkSpansTests
{
    [Fact]
    public void AListenerSeesEveryStageAndClaimEndWhereItBegan()
    {
        ConcurrentQueue<string> begun = [], ended = [];
        using var own = new ActivitySource("tests");
        ActivityTraceId trace = default;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "KernelFlow.Analysis" or "tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity => Note(activity, begun),
            ActivityStopped = activity => Note(activity, ended),
        };
        ActivitySource.AddActivityListener(listener);
        using (var whole = own.StartActivity("whole"))
        {
            trace = whole!.TraceId;
            using var run = RecordedRun.Open(TestRuns.DigitsTiny);
            Analyze.Reservoir(run.Checkpoints, new AnalysisOptions { Backend = Backend.Managed(1), Mode = AnalysisMode.Flow });
        }
        string[] stages = ["reading", "comparison of intervals", "integrating", "interpolation variants", "replayed steps", "spectrum", "schedule", "inclusion",
            "second integration", "second carry", "kernel evolution", "influence", "gathering"];
        string[] expected = [.. stages, .. ClaimCatalogue.All.Select(c => c.Id)];
        string[] missing = [.. expected.Except(begun)];
        Assert.True(missing.Length == 0, $"never begun: {string.Join(", ", missing)}; begun: {string.Join(", ", begun)}");
        string[] twice = [.. begun.Where(name => name[0] is 'C' or 'R').GroupBy(name => name).Where(g => g.Count() > 1).Select(g => g.Key)];
        Assert.True(twice.Length == 0, $"more than once: {string.Join(", ", twice)}");
        Assert.Equal(begun.Order(), ended.Where(name => name != "whole").Order());

        // Other tests of this process analyse runs at the same time.
        void Note(Activity activity, ConcurrentQueue<string> names)
        {
            if (activity.TraceId == trace) names.Enqueue(activity.OperationName);
        }
    }
}
