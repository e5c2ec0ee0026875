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

    private static KernelTrajectory Make(bool scalar, int N = 40, int M = 6, int features = 60)
    {
        var random = new Random(1);
        Matrix<double> S = RandomMatrices.Uniform(random, N, features),
            Q = RandomMatrices.Uniform(random, M, features);
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
    [InlineData("gauss-4", true)]
    [InlineData("gauss-6", false)]
    [InlineData("radau-5", true)]
    public void StepsOnTwoThreadsAllocateNothing(string method, bool scalar)
    {
        // Large enough for shared products and shared passes over N×N numbers, and for a step to show as much as one word each.
        const int N = 400;
        var trajectory = Make(scalar, N, 20);
        var backend = Backend.Managed(threads: 2);
        long Bytes(int steps)
        {
            long least = long.MaxValue;
            for (int attempt = 0; attempt < 3; attempt++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                var found = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = method, FixedSteps = steps }, backend);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
                // The results go back, so that every attempt finds all buffers where the last one left them.
                foreach (var operators in (DenseMatrix[])[found.P, found.W_S, found.G_S, found.G_Q]) backend.Buffers.Return(operators.Values);
            }
            return least;
        }

        Bytes(1);
        Check.Small(Bytes(4) - Bytes(2), 100, "bytes more for 2 steps more");
    }

    [Theory]
    [InlineData(true, 1e-5, "gauss-4", 9)]
    [InlineData(false, 1e-5, "gauss-4", 12)]
    [InlineData(true, 1e-8, "gauss-6", 12)]
    [InlineData(false, 1e-8, "gauss-6", 15)]
    public void TheDefaultMethodHoldsFewSquareBuffersAndTheNextIntegrationHoldsThemAgain(bool scalar, double tolerance, string method, double most)
    {
        // Everything allocated from the first step to the operators returned, temporaries and M×N buffers included, bounds what is held at once.
        const int N = 400, M = 20;
        var trajectory = Make(scalar, N, M, 2 * N); // no slow mode: for B = βI W_S and G_S follow from P
        Methods.Choose(trajectory, tolerance); // fills the pools of the runtime
        double choice = double.PositiveInfinity, first = double.PositiveInfinity, second = double.PositiveInfinity;
        for (int attempt = 0; attempt < 3; attempt++) // a collection may take what was returned
        {
            var backend = Backend.Managed(threads: 1);
            Propagation Integrate() =>
                FlowIntegrator.Integrate(trajectory, new PropagationOptions { FixedSteps = 2, RelativeTolerance = tolerance }, backend);
            long start = GC.GetAllocatedBytesForCurrentThread();
            Methods.Choose(trajectory, tolerance);
            long chosen = GC.GetAllocatedBytesForCurrentThread();
            var found = Integrate();
            long integrated = GC.GetAllocatedBytesForCurrentThread();
            Integrate();
            long again = GC.GetAllocatedBytesForCurrentThread();
            choice = Math.Min(choice, (chosen - start) / (8.0 * N * N));
            first = Math.Min(first, (integrated - chosen) / (8.0 * N * N) - choice);
            second = Math.Min(second, (again - integrated) / (8.0 * N * N) - choice);
            Assert.Equal(method, found.Report.Name);
        }
        Check.Small(choice, 1.2, "buffers of N×N allocated by the choice, expected one");
        Check.Between(first, 6, most, "buffers of N×N allocated");
        Check.Between(second, 2.9, 3.5, "buffers of N×N allocated by a second integration, expected P, W_S, G_S and G_Q");
    }
}
