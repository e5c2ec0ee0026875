using KernelFlow.Operators.Tests;

namespace KernelFlow.Integrators.Tests.Sweeps;

/// <summary>F from recorded Jacobians: the W of the same sweep is FᵀF.</summary>
public class SweptFactorTests
{
    [Fact]
    public void TheFactorBelongsToTheGramian()
    {
        var run = new SyntheticRun(4, 3, 2, 11, 4, seed: 7).Jacobians();
        int[] all = [.. Enumerable.Range(0, run.Count)];
        var outputs = OutputRecord.Read(run);
        var products = ProductsBuilder.Read(run, outputs, new MemoryAccount(MemoryCeiling.None), Backends.Managed).Linear(all);
        var sweep = FlowSweep.Create(products, new SweepOptions { Tolerance = 1e-2 }, Backends.Managed);
        var factor = new SweptFactor(sweep);
        Assert.Equal(sweep.Nodes.Count * 11, factor.Rows);
        var F = OperatorKit.Dense(factor);
        Check.Close(F.TransposeThisAndMultiply(F), OperatorKit.Dense(new SweptGramian(sweep)), 1e-14, "FᵀF against W");
        OperatorKit.Conforms(factor, seed: 1, 512 * Check.Eps);
        var formed = TrajectoryBuilder.Read(run, outputs, Backends.Managed).Linear(all);
        var along = FlowSweep.Along(new TrajectoryProducts(formed, Backends.Managed), sweep.Steps, Backends.Managed);
        Check.Close(OperatorKit.Dense(new SweptGramian(along)), OperatorKit.Dense(new SweptGramian(sweep)), 1e-13, "W of formed kernels, same steps");
        Assert.Contains("kernels only", Assert.Throws<ArgumentException>(() => new SweptFactor(along)).Message);
    }
}
