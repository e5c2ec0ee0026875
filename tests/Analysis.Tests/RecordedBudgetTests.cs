using KernelFlow.Analysis.Tests.Support;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>The error budget against the error, on trained networks: it explains the error without drowning it, and names the part that is to blame.</summary>
public sealed class RecordedBudgetTests(ITestOutputHelper output)
{
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4", "C8"];

    private ReservoirAnalysis Analysis(string name, CheckpointSequence run, string interpolation = "linear", string mode = "flow")
    {
        var a = Analyze.Reservoir(run, TestRuns.Options with { Interpolation = Named.Interpolation(interpolation), Mode = Named.Mode(mode) });
        output.WriteLine(FormattableString.Invariant($"{name}, {mode}, {interpolation}, {run.Count} checkpoints: ")
            + string.Join("; ", s_claims.Select(a.Claim).Select(c =>
            FormattableString.Invariant($"{c.Id} {c.Verdict} error {c.RelativeError:e1}, budget {c.Budget!.Sum:e1} (interpolation ")
                + FormattableString.Invariant($"{c.Budget.Interpolation:e1}, descent {c.Budget.Descent:e1})"))));
        return a;
    }

    /// <summary>Digit parity, drift 5 to 11, with all of its 19 checkpoints, every second and every fourth: no part of the theory is Violated, and the budgets
    /// of C2 to C4 are
    /// between a third of the error and thirty times the error.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void BudgetsExplainTheErrorAtAnyDensity(int seed)
    {
        var run = SmallNetworks.Record(SmallNetworks.Parity with { Seed = seed });
        foreach (string interpolation in (string[])["linear", "cubic"])
            foreach (int every in (int[])[1, 2, 4])
            {
                var flow = Analysis($"seed {seed}", run.Every(every), interpolation);
                foreach (string id in s_claims) Assert.NotEqual(Verdict.Violated, flow.Claim(id).Verdict);
                foreach (string id in (string[])["C2", "C3", "C4"])
                {
                    double ratio = flow.Claim(id).RelativeError.Value / flow.Claim(id).Budget!.Sum!.Value;
                    Check.Small(ratio, 3, $"seed {seed}, {interpolation}, every {every}: error/budget of {id}");
                    if (interpolation == "linear") Check.Between(ratio, 0.0225, 3, $"seed {seed}, linear, every {every}: error/budget of {id}");
                }
                if (seed > 0) continue;
                var descent = Analysis($"seed {seed}", run.Every(every), interpolation, "descent");
                foreach (string id in s_claims) Assert.NotEqual(Verdict.Violated, descent.Claim(id).Verdict);
            }
    }

    /// <summary>η, η/2, η/4 at fixed flow time: with dense checkpoints the descent part is the largest and halves with η, as the error does.</summary>
    [Fact]
    public void WithDenseCheckpointsTheDescentPartIsLargestAndHalvesWithTheLearningRate()
    {
        var analyses = ((int[])[1, 2, 4]).Select(refine => Analysis($"η/{refine}", SmallNetworks.Record(
            SmallNetworks.EveryStep with { LearningRate = 0.8 / refine, Steps = 48 * refine, Midpoints = false }))).ToArray();
        foreach (string id in (string[])["C2", "C3", "C4"])
        {
            foreach (var a in analyses)
            {
                Assert.Equal("descent", a.Claim(id).Budget!.LargestPart);
                Check.Between(a.Claim(id).RelativeError.Value / a.Claim(id).Budget!.Sum!.Value, 0.5, 1.5, $"error/budget of {id}");
            }
            for (int i = 1; i < 3; i++)
            {
                Check.Between(analyses[i - 1].Claim(id).Budget!.Descent.Value / analyses[i].Claim(id).Budget!.Descent.Value, 1.8, 2.3,
                    $"descent part of {id}, η/{1 << i - 1} to η/{1 << i}");
                Check.Between(analyses[i - 1].Claim(id).RelativeError.Value / analyses[i].Claim(id).RelativeError.Value, 1.7, 2.4,
                    $"error of {id}, η/{1 << i - 1} to η/{1 << i}");
            }
        }
    }

    /// <summary>The same runs with seven checkpoints each: interpolation is the largest part and hardly depends on η.</summary>
    [Fact]
    public void WithSparseCheckpointsTheInterpolationPartIsLargest()
    {
        var analyses = ((int[])[1, 2, 4]).Select(refine => Analysis($"η/{refine}", SmallNetworks.Record(
            SmallNetworks.EveryStep with { LearningRate = 0.8 / refine, Steps = 48 * refine, Midpoints = false, Schedule = CheckpointSchedule.Uniform,
                Checkpoints = 7 }))).ToArray();
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
        {
            double[] parts = [.. analyses.Select(a => a.Claim(id).Budget!.Interpolation.Value)];
            Assert.All(analyses, a => Assert.Equal("interpolation", a.Claim(id).Budget!.LargestPart));
            Assert.All(analyses, a => Check.Between(a.Claim(id).RelativeError.Value / a.Claim(id).Budget!.Sum!.Value, 0.1, 3, $"error/budget of {id}"));
            Check.Between(parts.Max() / parts.Min(), 1, 1.5, $"interpolation part of {id}, largest relative to smallest");
        }
    }

    /// <summary>Kernel blocks without cross blocks have the thinned grids alone; they suffice.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void KernelBlocksExplainTheirError(int every)
    {
        var a = Analysis("kernel blocks", SmallNetworks.WithoutCrossBlocks(SmallNetworks.Record(SmallNetworks.MildKernels)).Every(every));
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
        {
            Assert.NotEqual(Verdict.Violated, a.Claim(id).Verdict);
            if (every < 4) Assert.Equal(Verdict.Holds, a.Claim(id).Verdict);
            Check.Between(a.Claim(id).RelativeError.Value / a.Claim(id).Budget!.Sum!.Value, 0.03, 3, $"every {every}: error/budget of {id}");
        }
        Assert.Equal(Verdict.Measured, a.Claim("C8").Verdict);
    }
}
