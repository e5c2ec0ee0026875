namespace KernelFlow.Integrators.Tests;

/// <summary>What goes wrong is said with its time and step, as a typed exception, and soon.</summary>
public class FailureTests
{
    private static FormulaTrajectory Frozen(Func<double, Matrix<double>> kernels, double? beta, Action<double>? onKernels = null, params double[] knots) =>
        new(0, 1, knots.Length == 0 ? [0, 1] : knots, kernels, _ => new DenseMatrix(0, 0), FormulaTrajectory.Scalar(kernels(0.25).ColumnCount, 1),
            beta) { OnKernels = onKernels };

    private static Matrix<double> Diagonal(params double[] values) => Matrix<double>.Build.DenseOfDiagonalArray(values);

    private static string Failure(KernelTrajectory trajectory, PropagationOptions? options = null) =>
        Assert.Throws<NumericalException>(() => FlowIntegrator.Integrate(trajectory, options ?? new PropagationOptions(), Backends.Managed)).Message;

    [Theory]
    [InlineData(1.0)]
    [InlineData(null)]
    public void NotANumberInTheKernelFromSomeTimeOn(double? beta)
    {
        string message = Failure(Frozen(t => Diagonal(t > 0.6 ? double.NaN : 2, 30), beta));
        Assert.Matches(@"^gauss-6: .* at t = 0\.\d+, h = [\d.E-]+ ", message);
        double t = double.Parse(message.Split("t = ")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
        double h = double.Parse(message.Split("h = ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Check.Between(0.6, t, t + h, message);
        Assert.Contains("not finite", message);
    }

    [Fact]
    public void NotANumberInTheHessian()
    {
        var trajectory = new FormulaTrajectory(0, 1, [0, 1], _ => Diagonal(2, 30), _ => new DenseMatrix(0, 0), t => [1, t > 0.6 ? double.NaN : 1], null);
        string message = Failure(trajectory);
        Assert.Matches(@"at t = 0\.[3-6]", message);
        Assert.Contains("not finite", message);
    }

    [Fact]
    public void NotFiniteAtTheStart() => Assert.Matches(@"at the start, t = 0, is not finite",
        Failure(Frozen(t => Diagonal(t == 0 ? double.PositiveInfinity : 1, 1), 1)));

    /// <summary>h β κ ≤ −α_00 makes a stage matrix indefinite: Cholesky notices.</summary>
    [Fact]
    public void NegativeDefiniteKernel()
    {
        string message = Failure(Frozen(_ => Diagonal(1, -50), 1), new PropagationOptions { FixedSteps = 2 });
        Assert.Matches(@"^gauss-6: the stage 1 matrix is singular at t = 0, h = 0\.5 \(pivot 2 of 2\)", message);
        Assert.Contains("not positive semidefinite", message);
    }

    /// <summary>With B not a multiple of I the stages are solved by LU: α_00 + hBκ = 0 exactly.</summary>
    [Fact]
    public void ExactlySingularStage()
    {
        double alpha = CollocationTableau.Gauss4.Inverse[0][0];
        string message = Failure(Frozen(_ => Diagonal(1, -alpha), null), new PropagationOptions { Method = "gauss-4", FixedSteps = 1 });
        Assert.Matches(@"^gauss-4: the stage 1 matrix is singular at t = 0, h = 1 \(pivot 2 of 2\)", message);
    }

    [Fact]
    public void StepsRunOut()
    {
        string message = Failure(Frozen(_ => Diagonal(1e5, 1), 1), new PropagationOptions { MaximumSteps = 7 });
        Assert.Matches(@"^gauss-6: gave up at t = [\d.E-]+ after 7 steps", message);
    }

    /// <summary>A kernel that jumps inside an interval is not what the integrator is for; it must end, one way or the other.</summary>
    [Fact]
    public void JumpInsideAnInterval()
    {
        var trajectory = Frozen(t => Diagonal(t < 1 / 3.0 ? 1 : 50, 1), 1);
        try
        {
            var found = FlowIntegrator.Integrate(trajectory, new PropagationOptions { RelativeTolerance = 1e-8 }, Backends.Managed);
            Check.Small(Math.Abs(found.P[0, 0] - Math.Exp(-1 / 3.0 - 50 * 2 / 3.0)) / found.P.FrobeniusNorm(), 5e-13, "P across the jump");
        }
        catch (NumericalException failure)
        {
            Assert.Matches(@"t = 0\.333", failure.Message);
        }
    }

    /// <summary>An indefinite kernel under which P grows past all bounds: the time is named.</summary>
    [Fact]
    public void BlowUp()
    {
        string message = Failure(Frozen(t => Diagonal(t < 0.5 ? -0.5 / Math.Pow(0.5 - t, 1.5) : 0, 1), 1), new PropagationOptions { MaximumSteps = 20_000 });
        Assert.Matches(@"t = 0\.(4999|5)", message);
    }

    /// <summary>A singularity behind which nothing is left to decay is passed: the mode is saturated.</summary>
    [Fact]
    public void SaturatedBeforeASingularity()
    {
        var found = FlowIntegrator.Integrate(Frozen(t => Diagonal(0.5 / Math.Pow(Math.Abs(t - 0.5) + 1e-12, 1.5), 1), 1),
            new PropagationOptions { RelativeTolerance = 1e-10 }, Backends.Managed);
        Check.Small(Math.Abs(2 * found.W_S[0, 0] - 1), 64 * Check.Eps, "2βW of the saturated mode");
        Check.Small(Math.Abs(found.P[1, 1] - Math.Exp(-1)), 5e-11, "P of the other mode");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1000)]
    public void CancellationIsHonouredWithinOneStep(int? fixedSteps)
    {
        using var source = new CancellationTokenSource();
        int calls = 0, after = 0;
        var trajectory = Frozen(_ => Diagonal(1000, 10, 1), 1, _ =>
        {
            calls++;
            if (source.IsCancellationRequested) after++;
            if (calls == 100) source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() =>
            FlowIntegrator.Integrate(trajectory, new PropagationOptions { FixedSteps = fixedSteps }, Backends.Managed, cancellation: source.Token));
        Check.Small(after, 20, "evaluations of the kernel after cancellation (a step with its halves takes 19)");
        Check.AtLeast(calls, 100, "evaluations of the kernel");
    }

    /// <summary>A kernel that jumps from every t to the next: no step meets the tolerance, the steps shrink to rounding of t and it is said where.</summary>
    [Fact]
    public void TheStepSizeUnderflowsWhereTheKernelJumps()
    {
        static double Hash(double t) => (BitConverter.DoubleToUInt64Bits(t) * 0x9E3779B97F4A7C15UL >> 11) * Math.ScaleB(1, -53);
        string message = Failure(Frozen(t => Diagonal(t < 0.5 ? 1e-3 : 1e9 * Hash(t)), 1, null, 0, 0.5, 1));
        Assert.Matches(@"^gauss-6: the step size fell to [\d.]+E-1\d at t = 0\.5 \(step \d+\); likely cause: .*the kernel jumps", message);
    }

    /// <summary>A tolerance below rounding is not met by any step.</summary>
    [Fact]
    public void AnUnreachableToleranceIsSaid()
    {
        string message = Failure(Frozen(t => Diagonal(300 * (1.5 + Math.Sin(40 * t)), 1), 1), new PropagationOptions { RelativeTolerance = 1e-17 });
        Assert.Matches(@"^gauss-6: the step size fell to .* at t = .* \(step \d+\); likely cause: the tolerance is below rounding there|"
            + @"^The estimated relative error is .* after \d passes", message);
    }

    public static TheoryData<string> All => [.. Methods.Names.Skip(1)];

    /// <summary>Fixed steps have no error estimate that could notice.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void NotANumberWithFixedSteps(string method)
    {
        foreach (double? beta in (double?[])[1, null])
        {
            string message = Failure(Frozen(t => Diagonal(t > 0.6 ? double.NaN : 2, 3), beta), new PropagationOptions { Method = method, FixedSteps = 50 });
            Assert.Matches($@"^{method}: .* t = 0\.(58|6), h = 0\.02", message);
            Assert.Matches("not (positive semidefinite, or not )?finite", message);
        }
    }

    /// <summary>Steps too long for an explicit method: nothing is wrong with the kernel, and the message does not say so.</summary>
    [Fact]
    public void GrowthPastAllBoundsIsNotBlamedOnTheKernel()
    {
        string message = Failure(Frozen(_ => Diagonal(1e6, 1), 1), new PropagationOptions { Method = "dopri5", FixedSteps = 1000 });
        Assert.Matches(@"^dopri5: a value that is not finite appeared at t = 0\.0\d+, h = 0\.001 \(step \d+\); "
            + "likely cause: P grew past all bounds: steps too long", message);
    }

    /// <summary>Cancelled from the progress callback: no interval more is taken.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void CancellationFromTheProgressCallback(int? fixedSteps)
    {
        using var source = new CancellationTokenSource();
        var shares = new List<double>();
        Assert.Throws<OperationCanceledException>(() => FlowIntegrator.Integrate(Frozen(_ => Diagonal(1, 2), 1, null, 0, 1, 2, 3, 4),
            new PropagationOptions { FixedSteps = fixedSteps }, Backends.Managed,
            progress: share =>
            {
                shares.Add(share);
                if (share >= 0.5) source.Cancel();
            }, cancellation: source.Token));
        Assert.Equal([0.25, 0.5], shares);
    }

    [Fact]
    public void ProgressGoesFromZeroToOne()
    {
        var shares = new List<double>();
        FlowIntegrator.Integrate(Frozen(_ => Diagonal(1, 2), 1, null, 0, 1, 2, 3, 4), new PropagationOptions { FixedSteps = 1 }, Backends.Managed,
            progress: shares.Add);
        Assert.Equal([0.25, 0.5, 0.75, 1], shares);
    }
}
