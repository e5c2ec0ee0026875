using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>Rows, factors and kernel blocks of one training are the same run to every claim and operator.</summary>
public sealed class FormTests(ITestOutputHelper output)
{
    private static (ReservoirAnalysis Analysis, CheckpointSequence Kernels) Analysed(JacobianStore store, bool adam, bool midpoints, RunFolder folder)
    {
        using var training = new Training(n: 10, m: 6, p: 2);
        using optim.Optimizer optimizer = adam ? optim.Adam(training.Model.parameters(), 0.01) : optim.SGD(training.Model.parameters(), 0.2);
        training.Run(folder.Path, optimizer, new(midpoints ? CheckpointSteps.Every(12) : CheckpointSteps.Geometric(40, 9))
        {
            Midpoints = midpoints,
            Store = store,
            Chunk = 4,
        });
        using var run = RecordedRun.Open(folder.Path);
        // What is compared to rounding asks for its tolerance: one that follows from a budget lets the second carry be as loose.
        return (Analyze.Reservoir(run.Checkpoints, new AnalysisOptions { RelativeTolerance = 1e-8 }), run.Checkpoints);
    }

    [TorchTheory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void AnalyseAlike(bool adam, bool midpoints)
    {
        using RunFolder one = new(), two = new(), three = new();
        var rows = Analysed(JacobianStore.Jacobians, adam, midpoints, one).Analysis;
        int compared = 0;
        foreach (var (store, folder) in new[] { (JacobianStore.Factors, two), (JacobianStore.KernelBlocks, three) })
        {
            // Of blocks of J√M the diagonal is gone, and with it the recursion of Adam: KernelBlocksAreThoseMadeOfTheJacobians looks at them.
            if (adam && store == JacobianStore.KernelBlocks) continue;
            var other = Analysed(store, adam, midpoints, folder).Analysis;
            Assert.Equal(rows.Options.Mode, other.Options.Mode);
            foreach (var claim in other.Claims)
            {
                var expected = rows.Claim(claim.Id);
                if (claim.Verdict == Verdict.NotApplicable || expected.Verdict == Verdict.NotApplicable) continue;
                Assert.True(expected.Verdict == claim.Verdict, $"{store}: {claim.Id} is {claim.Verdict}, of rows {expected.Verdict}");
                // What is said about the recording itself (R1 to R5) is made of J where there is J, and of blocks otherwise.
                if (!expected.RelativeError.IsKnown || (claim.Id[0] == 'R' && store == JacobianStore.KernelBlocks)) continue;
                double error = expected.RelativeError.OrDefault(0), found = claim.RelativeError.OrDefault(double.NaN);
                // Errors that are rounding themselves are compared as such.
                Check.Small(Math.Abs(found - error), 1e-9 * error + 1e-12, $"{store}: {claim.Id}, {found:e3} and {error:e3}");
                compared++;
            }
        }
        output.WriteLine($"Adam {adam}, midpoints {midpoints}: {compared} errors of claims compared");
        Check.Between(compared, 4, 1000, "errors of claims that both forms have");
    }

    /// <summary>Blocks that the recorder forms are those that are made of its Jacobians afterwards, with Adam's diagonal absorbed.</summary>
    [TorchFact]
    public void KernelBlocksAreThoseMadeOfTheJacobians()
    {
        using RunFolder one = new(), two = new();
        Analysed(JacobianStore.Jacobians, true, true, one);
        Analysed(JacobianStore.KernelBlocks, true, true, two);
        using RecordedRun rows = RecordedRun.Open(one.Path), blocks = RecordedRun.Open(two.Path);
        var expected = KernelBlocks.Convert(rows.Checkpoints, Numerics.Backend.Managed()).ToArray();
        for (int k = 0; k < expected.Length; k++)
        {
            var found = blocks.Checkpoints[k].Tensors;
            Assert.Equal(expected[k].Tensors.Keys.Order(), found.Keys.Order());
            foreach (var (name, tensor) in expected[k].Tensors)
            {
                double[] a = tensor.ReadAll(), b = found[name].ReadAll();
                double scale = a.Max(Math.Abs);
                Check.Small(a.Zip(b, (x, y) => Math.Abs(x - y)).Max() / Math.Max(scale, 1e-300), 1e-12, $"{name} at {k}");
            }
        }
    }
}
