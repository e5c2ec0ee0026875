namespace KernelFlow.Integrators.Tests.Families;

/// <summary>Failures of every family are typed and name method, time and step; steps allocate nothing; names and choices.</summary>
public class FamilyFailureTests
{
    public static TheoryData<string> All => [.. Methods.Names.Skip(1)];

    private static FormulaTrajectory Kernel(Func<double, Matrix<double>> kernels, double? beta) =>
        new(0, 1, [0, 1], kernels, _ => new DenseMatrix(0, 0), FormulaTrajectory.Scalar(2, 1), beta);

    private static Matrix<double> Diagonal(params double[] values) => Matrix<double>.Build.DenseOfDiagonalArray(values);

    [Theory]
    [MemberData(nameof(All))]
    public void NotANumberInTheKernelFromSomeTimeOn(string method)
    {
        foreach (double? beta in (double?[])[1, null])
        {
            string message = Assert.Throws<NumericalException>(() => FlowIntegrator.Integrate(Kernel(t => Diagonal(t > 0.6 ? double.NaN : 2, 30), beta),
                new PropagationOptions { Method = method, RelativeTolerance = 1e-4 }, Backends.Managed)).Message;
            Assert.StartsWith(method + ": ", message);
            Assert.Matches(@"at t = 0\.\d+, h = [\d.E-]+", message);
            Assert.Matches("not (positive semidefinite, or not )?finite", message);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void StepsRunOut(string method)
    {
        string message = Assert.Throws<NumericalException>(() => FlowIntegrator.Integrate(Kernel(Turning, 1),
            new PropagationOptions { Method = method, MaximumSteps = 7, RelativeTolerance = 1e-8 }, Backends.Managed)).Message;
        Assert.Matches($@"^{method}: gave up at t = [\d.E-]+ after 7 steps", message);
    }

    private static Matrix<double> Turning(double t)
    {
        var R = DenseMatrix.OfArray(new[,] { { Math.Cos(9 * t), -Math.Sin(9 * t) }, { Math.Sin(9 * t), Math.Cos(9 * t) } });
        var K = R * Diagonal(1000, 1) * R.Transpose();
        return 0.5 * (K + K.Transpose());
    }

    /// <summary>The managed eigensolver makes its own workspace; it is measured apart and allowed for.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void StepsAllocateNothing(string method)
    {
        foreach (bool scalar in (bool[])[true, false])
        {
            var trajectory = new Constant(scalar ? 1 : null);
            long few = Bytes(trajectory, method, 10), many = Bytes(trajectory, method, 40);
            long eigen = method == "exponential-midpoint" ? 30 * 2 * EigenBytes() : 0;
            Check.Small(many - few, 1000 + 1.1 * eigen, $"{method}, scalar {scalar}: bytes more for 30 steps more");
        }
    }

    [Fact]
    public void NamesResolve()
    {
        Assert.Equal(["auto", "gauss-2", "gauss-4", "gauss-6", "radau-3", "radau-5", "dopri5", "tsit5", "dop853", "exponential-midpoint", "magnus-4",
            "rkc2"], Methods.Names);
        Assert.Same(Methods.Gauss4, MethodChoice.Of("gauss-4").Method);
        Assert.StartsWith("method: found euler, expected one of auto, gauss-2, gauss-4,",
            Assert.Throws<ArgumentException>(() => MethodChoice.Of("euler")).Message);
    }

    [Fact]
    public void TheChoiceIsAMethodWithItsReason()
    {
        foreach (double? beta in (double?[])[1, null])
            foreach (double rtol in (double[])[1e-4, 1e-6, 1e-8, 1e-12])
            {
                var trajectory = Kernel(_ => Diagonal(100, 1), beta);
                var (method, reason) = Methods.Choose(trajectory, rtol);
                Assert.Contains(method, Methods.All);
                Assert.NotEqual("", reason);
                var report = FlowIntegrator.Integrate(trajectory, new PropagationOptions { RelativeTolerance = rtol }, Backends.Managed).Report;
                Assert.Equal((method, method.Name, reason), (report.Method, report.Name, report.Reason));
            }
    }

    /// <summary>z = h·λ_max(BK) in one interval and the tolerance decide; where gauss-4 is said to need one step, it takes one.</summary>
    [Fact]
    public void TheChoiceFollowsStiffnessAndTolerance()
    {
        string Chosen(double rate, double rtol) => Methods.Choose(Kernel(_ => Diagonal(rate, 0.5 * rate), 1), rtol).Method.Name;
        Assert.Equal("gauss-4", Chosen(30, 1e-4));
        Assert.Equal("gauss-6", Chosen(30, 1e-6));
        Assert.Equal("radau-5", Chosen(1e5, 1e-6));
        Assert.Equal("gauss-6", Chosen(1e5, 1e-8));
        Assert.Equal("gauss-4", Chosen(0.1, 1e-8)); // z⁴/11520 = 8.7e-9, of which the share of the fast mode counts, 0.8
        Assert.Equal("gauss-6", Chosen(0.1, 1e-9));
        Assert.Equal("gauss-2", Chosen(0.01, 1e-5)); // z²/48 = 2.1e-6
        Assert.Equal("gauss-4", Chosen(0.01, 1e-8));
        Assert.Equal("gauss-4", Chosen(0, 1e-12));
        var report = FlowIntegrator.Integrate(Kernel(_ => Diagonal(0.1, 0.05), 1), new PropagationOptions { RelativeTolerance = 3e-8 },
            Backends.Managed).Report;
        Assert.Equal(("gauss-4", 1, 0, 1), (report.Name, report.Steps, report.Rejected, report.Passes));
    }

    private static long EigenBytes()
    {
        var values = new double[24];
        var a = DenseMatrix.CreateIdentity(24);
        Backends.Managed.SymmetricEigen(a, values, vectors: true);
        a = DenseMatrix.Create(24, 24, (i, j) => 1.0 / (1 + i + j));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Backends.Managed.SymmetricEigen(a, values, vectors: true);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static long Bytes(KernelTrajectory trajectory, string method, int steps)
    {
        var options = new PropagationOptions { Method = method, FixedSteps = steps };
        FlowIntegrator.Integrate(trajectory, options, Backends.Managed);
        // The least of five: a collection may trim pooled buffers once, an allocation in the loop shows every time.
        return Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            FlowIntegrator.Integrate(trajectory, options, Backends.Managed);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }

    private sealed class Constant(double? beta) : KernelTrajectory(24, 4, 2, [0, 1])
    {
        private readonly double[] _values = Values();

        public override double? Beta => beta;

        public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => new(TestSize, TestSize);

        protected override void KernelsCore(int interval, double time, in MatrixView kernels) =>
            _values.AsSpan().CopyTo(kernels.Array.AsSpan(kernels.Offset, _values.Length));

        protected override void HessianCore(int interval, double time, OutputHessian B)
        {
            Array.Clear(B.Blocks);
            for (int i = 0; i < B.Blocks.Length; i++)
                if (i % 4 % 3 == 0) B.Blocks[i] = 1;
        }

        private static double[] Values()
        {
            var random = new Random(1);
            Matrix<double> S = RandomMatrices.Uniform(random, 24, 30), Q = RandomMatrices.Uniform(random, 4, 30);
            return DenseMatrix.OfMatrix(S.Stack(Q) * S.Transpose()).Values;
        }
    }
}
