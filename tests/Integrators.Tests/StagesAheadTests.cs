namespace KernelFlow.Integrators.Tests;

/// <summary>Matrices of a step that another thread prepares are those that the step would have prepared, and nobody waits for a thread that does not
/// come.</summary>
public sealed class StagesAheadTests
{
    private const int N = 120, Columns = 137;

    // K(t) = (A + tB)(A + tB)ᵀ, or −1 times it; B is βI or has blocks that move.
    private sealed class Moving(bool scalar, double sign = 1) : KernelTrajectory(N, M, 2, [0, 0.4, 1])
    {
        private const int M = 10;
        private static readonly DenseMatrix s_a = RandomMatrices.Uniform(new Random(1), N + M, N), s_b = RandomMatrices.Uniform(new Random(2), N + M, N);

        public override double? Beta => scalar ? 1 : null;

        public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => new(TestSize, TestSize);

        protected override void KernelsCore(int interval, double time, in MatrixView kernels)
        {
            var features = s_a + time * s_b;
            ((MatrixView)(DenseMatrix)(sign * features * features.SubMatrix(0, N, 0, N).Transpose())).CopyTo(kernels);
        }

        protected override void HessianCore(int interval, double time, OutputHessian B)
        {
            for (int i = 0; i < B.Blocks.Length; i++) B.Blocks[i] = i % 4 is 0 or 3 ? 1 + 0.5 * time : 0.1;
        }
    }

    private static readonly FlowStep s_first = new(0, 0.1, 0.05), s_second = new(0, 0.15, 0.05);

    private static (StageMatrices Matrices, StagesAhead Ahead, ThreadBudget Spare, Workspace Workspace) Make(KernelTrajectory trajectory)
    {
        var backend = Backends.Managed;
        var workspace = new Workspace(backend.Buffers);
        var spare = new ThreadBudget(1);
        StageMatrices New() => new(CollocationTableau.Gauss4, trajectory, backend, workspace);
        return (New(), new StagesAhead(New(), spare), spare, workspace);
    }

    private static void AwaitFree(ThreadBudget spare) =>
        Assert.True(SpinWait.SpinUntil(() =>
        {
            using var lease = spare.Take(1);
            return lease.Count == 1;
        }, TimeSpan.FromMinutes(1)), "the thread was never given back");

    public static TheoryData<string, bool> Methods
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var tableau in CollocationTableau.All)
                foreach (bool scalar in (bool[])[true, false]) data.Add(tableau.Name, scalar);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void AnIntegrationOnTwoThreadsIsThatOnOne(string method, bool scalar)
    {
        var options = new PropagationOptions { Method = method, RelativeTolerance = 1e-3 };
        Propagation one = FlowIntegrator.Integrate(new Moving(scalar), options, Backend.Managed(1)),
            two = FlowIntegrator.Integrate(new Moving(scalar), options, Backend.Managed(2));
        Assert.Equal(one.Report.Steps, two.Report.Steps);
        Assert.Equal(one.P.Values, two.P.Values);
        Assert.Equal(one.W_S.Values, two.W_S.Values);
        Assert.Equal(one.G_Q.Values, two.G_Q.Values);
    }

    [Fact]
    public void AStepIsToldWithoutItsHalves() => Assert.Equal("interval 0, t = 0.1, h = 0.05", s_first.ToString());

    [Fact]
    public void WhatWasPreparedIsTakenInTurn()
    {
        var (matrices, ahead, spare, workspace) = Make(new Moving(true));
        using var _ = workspace;
        var (before, expected) = (matrices, new StageMatrices(CollocationTableau.Gauss4, new Moving(true), Backends.Managed, workspace));
        ahead.Announce(s_first, s_second, Columns);
        Assert.False(ahead.TryTake(s_first, 8, ref matrices), "few columns need other matrices");
        foreach (var step in (FlowStep[])[s_first, s_second])
        {
            AwaitFree(spare);
            Assert.True(ahead.TryTake(step, Columns, ref matrices), $"the matrices of {step} were not given");
            expected.Prepare(step, Columns);
            Assert.Equal(Elements(expected.Inverse), Elements(matrices.Inverse));
        }
        // Two sets change places.
        Assert.Same(before, matrices);
        Assert.False(ahead.TryTake(s_second, Columns, ref matrices), "a step is taken once");
    }

    [Fact]
    public void WithoutAThreadNothingIsPrepared()
    {
        var (matrices, ahead, spare, workspace) = Make(new Moving(true));
        using var _ = workspace;
        var before = matrices;
        using (spare.Take(1))
        {
            ahead.Announce(s_first, s_second, Columns);
            Assert.False(ahead.TryTake(s_first, Columns, ref matrices));
        }
        Assert.Same(before, matrices);
        Assert.False(ahead.TryTake(s_second, Columns, ref matrices), "the second was begun without a thread");
    }

    [Fact]
    public void WhatIsForgottenIsOverAndGivesItsThreadBack()
    {
        var (matrices, ahead, spare, workspace) = Make(new Moving(true, sign: -1));
        using var _ = workspace;
        ahead.Announce(s_first, s_second, Columns);
        ahead.Forget();
        using (var lease = spare.Take(1)) Assert.Equal(1, lease.Count);
        Assert.False(ahead.TryTake(s_first, Columns, ref matrices));
        Assert.False(ahead.TryTake(s_second, Columns, ref matrices));
    }

    [Fact]
    public void AFailureIsThatOfTheStepItBelongsTo()
    {
        var (matrices, ahead, spare, workspace) = Make(new Moving(true, sign: -1));
        using var _ = workspace;
        ahead.Announce(s_first, s_second, Columns);
        AwaitFree(spare);
        var thrown = Assert.Throws<NumericalException>(() => ahead.TryTake(s_first, Columns, ref matrices));
        Assert.Contains("t = 0.1, h = 0.05", thrown.Message, StringComparison.Ordinal);
    }

    private static double[] Elements(MatrixView a) => [.. Enumerable.Range(0, a.Columns).SelectMany(j => a.Column(j).ToArray())];
}
