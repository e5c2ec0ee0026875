namespace KernelFlow.Integrators.Tests;

/// <summary>The seed reaches every random vector, and 0 gives the numbers there were before there was a seed.</summary>
public class SeedTests
{
    private static Propagation Integrate(long seed) => FlowIntegrator.Integrate(ErrorEstimateTests.s_problems["rotating"]().Trajectory,
        new PropagationOptions { Method = Methods.Gauss4, RelativeTolerance = 1e-6, Seed = seed }, Backends.Managed);

    [Fact]
    public void ErrorProbesFollowTheSeed()
    {
        Propagation zero = Integrate(0), again = Integrate(0), one = Integrate(1), two = Integrate(2);
        Assert.Equal(zero.Error, again.Error);
        Assert.Equal(zero.P, again.P);
        Assert.NotEqual(zero.Error.P, one.Error.P);
        Assert.NotEqual(one.Error.P, two.Error.P);
        foreach (var other in (Propagation[])[one, two]) Check.Close(other.P, zero.P, 1e-6, "P with another seed");
    }

    /// <summary>The signs of seed 0 and of another seed, written down: a change would show in every report.</summary>
    [Fact]
    public void SignsOfAStream()
    {
        static string Signs(long seed) => string.Concat(ProbeVectors.Signs(2, seed).Array.Select(v => v > 0 ? '+' : '-'));
        var random = new Random(20260501);
        Assert.Equal(string.Concat(Enumerable.Range(0, 16).Select(_ => random.Next(2) == 0 ? '-' : '+')), Signs(0));
        Assert.Equal(4, new[] { Signs(0), Signs(1), Signs(-1), Signs(long.MaxValue) }.Distinct().Count());
    }

    /// <summary>λ_max by power iteration starts from a vector of the seed; the choice may not hang on it.</summary>
    [Fact]
    public void TheChoiceOfAMethodTakesTheSeed()
    {
        var trajectory = ErrorEstimateTests.s_problems["rotating"]().Trajectory;
        Assert.Equal(Methods.Choose(trajectory, 1e-8), Methods.Choose(trajectory, 1e-8, 0));
        foreach (long seed in (long[])[1, 2, 3]) Assert.Equal(Methods.Choose(trajectory, 1e-8).Method, Methods.Choose(trajectory, 1e-8, seed).Method);
    }
}
