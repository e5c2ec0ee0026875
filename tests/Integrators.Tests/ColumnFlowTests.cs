namespace KernelFlow.Integrators.Tests;

/// <summary>A few columns carried by products against closed forms and against the operators.</summary>
public class ColumnFlowTests
{
    private static readonly Backend s_backend = Backends.Managed;

    private static DenseMatrix Block(int n, int columns, int seed) => DenseMatrix.OfMatrix(RandomMatrices.Uniform(new Random(seed), n, columns));

    private static BlockTransport Carry(KernelTrajectory trajectory, DenseMatrix block, double tolerance) =>
        ColumnFlow.TryCarry([new ColumnStart(trajectory, block)], tolerance, s_backend, worth: 1000)?[0]
        ?? throw new InvalidOperationException("the columns were not carried by products");

    // True errors relative to exact blocks: below the tolerance, and below what was reported.
    private static void AssertClose(BlockTransport found, Matrix<double> end, Matrix<double> train, Matrix<double> test, Matrix<double> dissipated,
        double tolerance, string what)
    {
        double p = Check.Relative(found.End, end), g = Math.Max(Check.Relative(found.Train, train), Check.Relative(found.Test, test));
        double w = Check.Relative(found.Dissipated, dissipated);
        Check.Small(Math.Max(p, Math.Max(g, w)), tolerance, $"{what}: error of P, G or W");
        Check.Small(found.Error.Largest, tolerance, $"{what}: error reported");
        Check.Small(p, 2 * found.Error.P + 1e-12, $"{what}: error of P beside the reported one");
        Check.Small(w, 2 * found.Error.W + 1e-12, $"{what}: error of W beside the reported one");
        Check.Small(g, 2 * found.Error.G + 1e-12, $"{what}: error of G beside the reported one");
    }

    public static TheoryData<int, double, double> Cases
    {
        get
        {
            var cases = new TheoryData<int, double, double>();
            foreach (int columns in (int[])[1, 12])
                foreach (double stiffness in (double[])[0.1, 8, 200])
                    foreach (double tolerance in (double[])[1e-3, 1e-6, 1e-9]) cases.Add(columns, stiffness, tolerance);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ModesOfAGrowingKernelDecayAsTheClosedFormSays(int columns, double stiffness, double tolerance)
    {
        var exact = Summed.Growing(Frozen.Logarithmic(30, stiffness, 1e-4 * stiffness), 0.5, [0, 0.4, 1, 2], seed: 3);
        var block = Block(30, columns, 5);
        var found = Carry(exact.Trajectory, block, tolerance);
        Assert.Equal(4, found.FirstAtKnots.Count);
        Assert.Equal(found.End.Column(0).ToArray(), found.FirstAtKnots[^1]);
        Assert.Equal(found.Report.Steps, found.StepsPerInterval.Sum());
        AssertClose(found, exact.P * block, exact.G_S * block, exact.G_Q * block, block.Transpose() * exact.W * block, tolerance,
            FormattableString.Invariant($"{columns} columns, h·λ = {stiffness}, {found.Report.Steps} steps"));
    }

    [Theory]
    [InlineData(1, 1, 6)]
    [InlineData(1, 3, 6)]
    [InlineData(12, 1, 6)]
    [InlineData(12, 3, 6)]
    [InlineData(12, 3, 40)]
    public void KernelsThatDoNotCommuteGiveWhatTheOperatorsGive(int columns, int outputs, double size)
    {
        var trajectory = Summed.Random(24, 7, outputs, outputs == 1 ? 0.7 : null, [0, 0.5, 1, 2.5], size, seed: 11);
        var dense = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = Methods.Gauss6, RelativeTolerance = 1e-11 }, s_backend);
        var block = Block(24, columns, 2);
        foreach (double tolerance in (double[])[1e-4, 1e-7])
            AssertClose(Carry(trajectory, block, tolerance), dense.P * block, dense.G_S * block, dense.G_Q * block, block.Transpose() * dense.W_S * block,
                tolerance, FormattableString.Invariant($"{columns} columns, p = {outputs}, ‖K‖ = {size}, asked {tolerance:e0}"));
    }

    [Fact]
    public void ModelsCarriedTogetherComeOutAsEachAlone()
    {
        double[] knots = [0, 0.5, 1.5];
        var one = Summed.Random(24, 5, 2, null, knots, 5, seed: 1);
        // The second shares two of three kernels with the first; the third shares none and has other times.
        var two = new Summed([.. Enumerable.Range(0, 2).Select(k => (WeightedTerm[])[new(one.Terms(k)![0].Term, 1, -1), new(one.Terms(k)![1].Term, 0, 1)])],
            5, 2, null, knots);
        var three = Summed.Random(24, 5, 2, 0.5, [0, 1, 4], 3, seed: 9);
        ColumnStart[] starts = [new(one, Block(24, 1, 1)), new(two, Block(24, 2, 2)), new(three, Block(24, 1, 3))];
        var together = ColumnFlow.TryCarry(starts, 1e-8, s_backend)!;
        for (int v = 0; v < starts.Length; v++)
        {
            var alone = Carry(starts[v].Trajectory, starts[v].Block.ToMatrix(), 1e-8);
            AssertClose(together[v], alone.End, alone.Train, alone.Test, alone.Dissipated, 2e-8, $"model {v}");
        }
    }

    [Fact]
    public void WhatIsTooStiffOrNotASumOfKernelsIsLeftToOthers()
    {
        var stiff = Summed.Growing(Frozen.Logarithmic(30, 1e7, 1), 1, [0, 1], seed: 3);
        Assert.Null(ColumnFlow.TryCarry([new ColumnStart(stiff.Trajectory, Block(30, 1, 1))], 1e-6, s_backend));
        // This it can do, at many times what factorizations cost.
        var stiffer = Summed.Growing(Frozen.Logarithmic(30, 200, 2e-2), 0.5, [0, 0.4, 1, 2], seed: 3);
        ColumnStart[] start = [new ColumnStart(stiffer.Trajectory, Block(30, 12, 5))];
        Assert.Null(ColumnFlow.TryCarry(start, 1e-9, s_backend));
        Assert.NotNull(ColumnFlow.TryCarry(start, 1e-9, s_backend, worth: 1000));
        var formula = Frozen.Make([1, 0.1], 1, [0, 1], seed: 3);
        Assert.Null(ColumnFlow.TryCarry([new ColumnStart(formula.Trajectory, Block(2, 1, 1))], 1e-6, s_backend));
    }

    [Fact]
    public void TrajectoriesOfDifferentShapesAreRefused()
    {
        var one = Summed.Growing([1, 0.5, 0.1], 1, [0, 1], seed: 3).Trajectory;
        var two = Summed.Growing([1, 0.5, 0.1], 1, [0, 1, 2], seed: 3).Trajectory;
        var refused = Assert.Throws<ArgumentException>(() =>
            ColumnFlow.TryCarry([new ColumnStart(one, Block(3, 1, 1)), new ColumnStart(two, Block(3, 1, 1))], 1e-6, s_backend));
        Assert.Contains("2 intervals beside", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ZeroColumnsStayZero()
    {
        var trajectory = Summed.Random(12, 3, 1, 1, [0, 1], 5, seed: 4);
        var found = Carry(trajectory, new DenseMatrix(12, 1), 1e-6);
        Assert.Equal(0, found.End.FrobeniusNorm() + found.Train.FrobeniusNorm() + found.Test.FrobeniusNorm() + found.Dissipated.FrobeniusNorm());
    }

    [Fact]
    public void TheRuleOfThreeNodesIsRadau5()
    {
        var nodes = ColumnNodes.Levels.Single(l => l.Count == 3);
        double worst = 0;
        for (int i = 0; i < 3; i++)
        {
            worst = Math.Max(worst, Math.Abs(nodes.C[i] - CollocationTableau.Radau5.C[i]));
            for (int j = 0; j < 3; j++) worst = Math.Max(worst, Math.Abs(nodes.Transposed[j + 3 * i] - CollocationTableau.Radau5.A[i][j]));
        }
        Check.Small(worst, 1e-14, "distance from Radau IIA with three stages");
        foreach (var level in ColumnNodes.Levels)
        {
            // Exact for polynomials of degree 2q − 2, and positive.
            double defect = Enumerable.Range(0, 2 * level.Count - 1)
                .Max(k => Math.Abs(level.C.Zip(level.B, (c, b) => b * Math.Pow(c, k)).Sum() - 1.0 / (k + 1)));
            Check.Small(defect, 1e-14, $"{level.Count} nodes: defect of the quadrature");
            Assert.All(level.B, b => Assert.True(b > 0, $"{level.Count} nodes: weight {b}"));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    public void MoreStepsAllocateNothing(int columns)
    {
        var trajectory = Summed.Random(40, 6, 2, null, [0, 1], 30, seed: 6);
        var block = Block(40, columns, 7);
        (long Bytes, int Steps) Least(double tolerance) => Enumerable.Range(0, 5).Select(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var found = Carry(trajectory, block, tolerance);
            return (GC.GetAllocatedBytesForCurrentThread() - before, found.Report.Steps);
        }).Min();
        var (few, some) = Least(1e-7);
        var (many, more) = Least(1e-10);
        Check.AtLeast(more - some, 1, "steps more, without which nothing is measured");
        // A solve of more iterations may add a vector to the basis.
        Check.Small(many - few, 8 * 8.0 * 40 * columns * 8 + 1000, $"bytes more for {more - some} steps more");
    }
}
