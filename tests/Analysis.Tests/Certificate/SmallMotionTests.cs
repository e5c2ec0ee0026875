using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>Few outputs that hardly move: what rounding leaves of P − I is not called a wrong operator, nor a mode that moves by itself.</summary>
public class SmallMotionTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1e-12)]
    [InlineData(2, 0)]
    [InlineData(2, 1e-6)]
    [InlineData(3, 1e-12)]
    [InlineData(5, 0)]
    [InlineData(5, 1e-6)]
    public void RoundingOfTheStepsIsNoFault(int outputs, double scale)
    {
        var analysis = Analyze.Reservoir(Run(outputs, scale), TestRuns.Options);
        Assert.All(analysis.Inclusion.OperatorChecks, c => Assert.True(c.Passed, $"{c.Name}: {c.Defect:G3} of {c.Limit:G3}"));
        Assert.All(analysis.Claims, c => Assert.True(c.Verdict != Verdict.Violated, $"{c.Id}: {c.RelativeError} {c.Reason}"));
        Assert.True(analysis.Inclusion.Verdict == Verdict.Holds, $"{analysis.Inclusion.Verdict}: {analysis.Inclusion.Reason}");
    }

    /// <summary>A constant kernel of the given size, recorded at three times, with two test outputs.</summary>
    private static CheckpointSequence Run(int outputs, double scale)
    {
        const int Test = 2;
        double[] targets = [.. Enumerable.Range(1, outputs).Select(i => Math.Sin(3 * i))];
        double[] ss = new double[outputs * outputs], qs = new double[Test * outputs];
        for (int i = 0; i < outputs; i++)
            for (int j = 0; j < outputs; j++) ss[i * outputs + j] = scale * (i == j ? 2 : 1);
        for (int i = 0; i < qs.Length; i++) qs[i] = scale / 2;
        return new CheckpointSequence(new[] { 0, 0.1, 0.2 }.Select((t, k) => new Checkpoint(t, k,
            new MemoryTensor("U_S", new double[outputs], outputs), new MemoryTensor("U_Q", new double[Test], Test),
            new MemoryTensor("K_SS", ss, outputs, outputs), new MemoryTensor("K_QS", qs, Test, outputs))), LossModel.Squared(targets, 1));
    }
}
