namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>Steps that do not fit the recording: the estimate takes their errors from those that do.</summary>
public class FailingIntervalTests
{
    private static CheckpointSequence Corrupted(CheckpointSequence c, int at, int seed) => new(c.Select((k, index) => index != at ? k
        : new Checkpoint(k.Time, k.Step, k.Tensors.Values.Select(t => t.Name is "J_S" or "J_Q" ? Noise(t, seed) : t).ToArray())), c.Loss)
        { Optimizer = c.Optimizer };

    private static TensorSource Noise(TensorSource t, int seed)
    {
        double[] values = t.ReadAll(), noise = RandomMatrices.Vector(new Random(seed), values.Length);
        double size = Math.Sqrt(values.Sum(v => v * v) / noise.Sum(v => v * v));
        return new MemoryTensor(t.Name, [.. noise.Select(v => size * v)], [.. t.Shape]);
    }

    /// <summary>A J of noise raises the error by orders of magnitude; its budget stays what it was, but for what a wrong prediction does elsewhere.</summary>
    [Theory]
    [InlineData("gradient-descent", ChordQuadrature.Midpoint, 12)]
    [InlineData("gradient-descent", ChordQuadrature.Midpoint, 0)]
    [InlineData("momentum", ChordQuadrature.Midpoint, 12)]
    [InlineData("gradient-descent", ChordQuadrature.Trapezium, 12)]
    [InlineData("momentum", ChordQuadrature.Trapezium, 12)]
    public void ACorruptedJacobianDoesNotRaiseItsOwnBudget(string kind, ChordQuadrature quadrature, int at)
    {
        var honest = Runs.Network(kind, 3, kind == "momentum" ? 0.05 : 0.4, 30).Record();
        var corrupted = Corrupted(honest, at, 7);
        DescentResult Run(CheckpointSequence c, IReadOnlySet<int> failing) => DescentRecursion.Run(c, OutputRecord.Read(c),
            new DescentOptions { Quadrature = quadrature, FailingIntervals = failing }, Backends.Managed);
        var before = Run(honest, new HashSet<int>());
        var after = Run(corrupted, new HashSet<int> { at - 1, at });
        var taken = Run(corrupted, new HashSet<int>());
        double error = Runs.Errors(honest, before).C4, raised = Runs.Errors(corrupted, after).C4;
        double budget = before.Record.Estimate!.TestTransfer!.Value, found = after.Record.Estimate!.TestTransfer!.Value;
        string numbers = FormattableString.Invariant($"error {error:e1} to {raised:e1}, budget {budget:e1} to {found:e1}, ")
            + FormattableString.Invariant($"{taken.Record.Estimate!.TestTransfer!.Value:e1} where nothing is known of it");
        Check.AtLeast(raised / error, quadrature == ChordQuadrature.Midpoint ? 100 : 5, $"error relative to before: {numbers}");
        Check.Small(found, 10 * budget, $"budget: {numbers}");
        if (quadrature == ChordQuadrature.Midpoint) Check.AtLeast(raised / found, 3, $"error relative to its budget: {numbers}");
    }

    /// <summary>An honest run loses little where some of its steps are called failing.</summary>
    [Theory]
    [InlineData(ChordQuadrature.Midpoint)]
    [InlineData(ChordQuadrature.Trapezium)]
    public void StepsThatFitStandInForThoseThatDoNot(ChordQuadrature quadrature)
    {
        var c = Runs.Network("gradient-descent", 3, 0.4, 30).Record();
        var options = new DescentOptions { Quadrature = quadrature };
        double whole = DescentRecursion.Run(c, OutputRecord.Read(c), options, Backends.Managed).Record.Estimate!.TestTransfer!.Value;
        foreach (int[] failing in (int[][])[[0], [5, 6], [29], [10, 14, 20]])
        {
            double found = DescentRecursion.Run(c, OutputRecord.Read(c), options with { FailingIntervals = failing.ToHashSet() }, Backends.Managed)
                .Record.Estimate!.TestTransfer!.Value;
            Check.Between(found / whole, 0.3, 3, $"estimate without the steps {string.Join(", ", failing)}");
        }
    }
}
