namespace KernelFlow.Integrators.Tests;

/// <summary>The adaptive integrator on problems solved exactly, to 1e-9.</summary>
public class ClosedFormTests
{
    private static readonly PropagationOptions s_tight = new() { RelativeTolerance = 1e-10 };

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void FrozenKernel(string backend)
    {
        foreach (double beta in (double[])[1, 0.05])
        {
            var problem = Frozen.Make(Frozen.Logarithmic(9, 8, 1e-3), beta, [0, 0.7, 5], seed: 1);
            problem.AssertClose(FlowIntegrator.Integrate(problem.Trajectory, s_tight, Backends.Get(backend)), 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void FrozenSingularKernelWithReservoir(string backend)
    {
        var problem = Frozen.Make([.. Frozen.Logarithmic(6, 40, 0.02), 0, 0, 0], 0.3, [0, 10], seed: 2);
        var found = FlowIntegrator.Integrate(problem.Trajectory, s_tight, Backends.Get(backend));
        problem.AssertClose(found, 1e-9);
        double[] values = found.W_S.Evd(Symmetricity.Symmetric).EigenValues.Select(z => z.Real).Order().ToArray();
        for (int i = 0; i < 3; i++) Check.Small(Math.Abs(values[i]), 1e-13 * values[^1], "reservoir eigenvalue");
    }

    /// <summary>K_QS leaves the range of K_SS: the part on ker K_SS grows as t·K_QS Π_ker.</summary>
    [Fact]
    public void FrozenKernelWhoseJointKernelIsIndefinite()
    {
        var leak = new DenseMatrix(4, 6);
        leak[1, 5] = 0.3;
        var problem = Frozen.Make([4, 2, 1, 0.5, 0.25, 0], 0.5, [0, 3], seed: 3, leak);
        var found = FlowIntegrator.Integrate(problem.Trajectory, s_tight, Backends.Managed);
        problem.AssertClose(found, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void RotatingKernel(string backend)
    {
        var problem = Rotating.Scalar([5, 3, 2, 1, 0.5, 0.1, 0], 0.4, [1.3, 0.7, 2.1], [0.5, 1, 3.5], seed: 4);
        problem.AssertClose(FlowIntegrator.Integrate(problem.Trajectory, s_tight, Backends.Get(backend)), 1e-9);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void RotatingKernelAndHessian(int p, bool singular)
    {
        var problem = Rotating.Blocks([5, 3, 2, 1, 0.5, 0.1], p, singular, [1.3, 0.7, 2.1], [0, 0.5, 3], seed: 5);
        problem.AssertClose(FlowIntegrator.Integrate(problem.Trajectory, s_tight, Backends.Managed), 1e-9);
    }

    /// <summary>The same with rates far apart: the slow modes turn into the fast ones.</summary>
    [Fact]
    public void StiffRotatingKernel()
    {
        var problem = Rotating.Scalar([2000, 50, 2, 1, 0.1, 0.01], 1, [0.5, 0.2], [0, 2], seed: 6);
        problem.AssertClose(FlowIntegrator.Integrate(problem.Trajectory, s_tight, Backends.Managed), 1e-9);
    }

    [Fact]
    public void KernelThatRampsUpLate()
    {
        var problem = Diagonal.Make("late ramp", 1, [0, 1, 2, 3], [0, 0, 1000, 1000], [1, 1, 2, 0], [0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4]);
        problem.AssertClose(FlowIntegrator.Integrate(problem.Trajectory, s_tight, Backends.Managed), 1e-9);
    }

    /// <summary>One train output and no test output at all.</summary>
    [Fact]
    public void SmallestSizes()
    {
        var trajectory = new FormulaTrajectory(0, 1, [0, 2], _ => DenseMatrix.Create(1, 1, 3), _ => new DenseMatrix(0, 0), FormulaTrajectory.Scalar(1, 0.5),
            0.5);
        var found = FlowIntegrator.Integrate(trajectory, s_tight, Backends.Managed);
        Check.Small(Math.Abs(found.P[0, 0] / Math.Exp(-3) - 1), 1e-9, "P");
        Check.Small(Math.Abs(found.W_S[0, 0] / (1 - Math.Exp(-6)) - 1), 1e-11, "W");
        Assert.Equal((0, 1), (found.G_Q.RowCount, found.G_Q.ColumnCount));
    }

    [Fact]
    public void ZeroKernel()
    {
        var trajectory = new FormulaTrajectory(2, 1, [0, 2], _ => new DenseMatrix(5, 3), _ => new DenseMatrix(2, 2), FormulaTrajectory.Scalar(3, 0.5), 0.5);
        var found = FlowIntegrator.Integrate(trajectory, s_tight, Backends.Managed);
        Check.Small((found.P - Matrix<double>.Build.DenseIdentity(3)).FrobeniusNorm(), 1e-15, "P − I");
        Assert.Equal(0, found.W_S.FrobeniusNorm() + found.G_Q.FrobeniusNorm() + found.G_S.FrobeniusNorm());
        Check.Small(found.Error.Largest, 1e-12, "reported error");
    }
}
