namespace KernelFlow.Integrators.Tests;

/// <summary>The stepping loop works in buffers made once: more steps, no more bytes.</summary>
public class AllocationTests
{
    private sealed class Fixed(double[] values, int n, int m, int p, double? beta, double[] knots) : KernelTrajectory(n, m, p, knots)
    {
        public override double? Beta => beta;

        public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => new(TestSize, TestSize);

        protected override void KernelsCore(int interval, double time, in MatrixView kernels) =>
            values.AsSpan().CopyTo(kernels.Array.AsSpan(kernels.Offset, values.Length));

        protected override void HessianCore(int interval, double time, OutputHessian B)
        {
            Array.Clear(B.Blocks);
            for (int i = 0, p = B.Outputs; i < B.Blocks.Length; i++)
                if (i % (p * p) % (p + 1) == 0) B.Blocks[i] = 1 + 0.5 * time;
        }
    }

    public static TheoryData<string, bool> Cases => new() { { "gauss-4", true }, { "gauss-4", false }, { "gauss-6", true }, { "gauss-6", false } };

    private static KernelTrajectory Make(bool scalar, int N = 40, int M = 6)
    {
        var random = new Random(1);
        Matrix<double> S = RandomMatrices.Uniform(random, N, 60), Q = RandomMatrices.Uniform(random, M, 60);
        return new Fixed(DenseMatrix.OfMatrix(S.Stack(Q) * S.Transpose()).Values, N, M, 2, scalar ? 1 : null, [0, 1]);
    }

    private static (long Bytes, Propagation Found) Measure(KernelTrajectory trajectory, PropagationOptions options)
    {
        FlowIntegrator.Integrate(trajectory, options, Backends.Managed);
        // The least of five: a collection may trim pooled buffers once, an allocation in the loop shows every time.
        return Enumerable.Range(0, 5).Select(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var found = FlowIntegrator.Integrate(trajectory, options, Backends.Managed);
            return (Bytes: GC.GetAllocatedBytesForCurrentThread() - before, Found: found);
        }).MinBy(r => r.Bytes);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void FixedStepsAllocateNothing(string method, bool scalar)
    {
        var trajectory = Make(scalar);
        // 300 steps of 3 nodes stay within the list of nodes as it is made.
        long few = Measure(trajectory, new PropagationOptions { Method = method, FixedSteps = 100 }).Bytes;
        long many = Measure(trajectory, new PropagationOptions { Method = method, FixedSteps = 300 }).Bytes;
        Check.Small(many - few, 1000, "bytes more for 200 steps more");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AdaptiveStepsAllocateNothing(string method, bool scalar)
    {
        var trajectory = Make(scalar);
        // Only runs of as many passes compare: every pass makes its buffers anew.
        var runs = Enumerable.Range(3, 6)
            .Select(digits => Measure(trajectory, new PropagationOptions { Method = method, RelativeTolerance = Math.Pow(10, -digits) }))
            .Where(run => run.Found.Nodes.Count <= 4096)
            .GroupBy(run => run.Found.Report.Passes)
            .MaxBy(group => group.Max(run => run.Found.Report.Steps) - group.Min(run => run.Found.Report.Steps))!
            .OrderBy(run => run.Found.Report.Steps)
            .ToArray();
        long few = runs[0].Bytes, many = runs[^1].Bytes;
        int more = runs[^1].Found.Report.Steps - runs[0].Found.Report.Steps;
        Check.AtLeast(more, 11, "steps more, without which nothing is measured");
        Check.Small(many - few, 1000, $"bytes more for {more} steps more");
    }

    [Theory]
    [InlineData(true, 1e-5, "gauss-4")]
    [InlineData(false, 1e-5, "gauss-4")]
    [InlineData(true, 1e-8, "gauss-6")]
    [InlineData(false, 1e-8, "gauss-6")]
    public void TheDefaultMethodHoldsAtMostSixteenSquareBuffers(bool scalar, double tolerance, string method)
    {
        // Everything allocated from the first step to the operators returned, temporaries and M×N buffers included, bounds what is held at once.
        // The kernels that the choice of the method looks at are dropped before anything else is made.
        const int N = 400, M = 20;
        var trajectory = Make(scalar, N, M);
        double choice = double.PositiveInfinity, buffers = double.PositiveInfinity;
        Propagation? found = null;
        for (int attempt = 0; attempt < 3; attempt++) // a collection may trim pooled buffers once
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Methods.Choose(trajectory, tolerance);
            long chosen = GC.GetAllocatedBytesForCurrentThread();
            found = FlowIntegrator.Integrate(trajectory, new PropagationOptions { FixedSteps = 2, RelativeTolerance = tolerance }, Backends.Managed);
            choice = Math.Min(choice, (chosen - before) / (8.0 * N * N));
            buffers = Math.Min(buffers, (GC.GetAllocatedBytesForCurrentThread() - chosen) / (8.0 * N * N) - choice);
        }
        Check.Small(choice, 1.2, "buffers of N×N allocated by the choice, expected one");
        Assert.Equal(method, found!.Report.Name);
        Check.Between(buffers, 8, 16, "buffers of N×N allocated");
    }
}
