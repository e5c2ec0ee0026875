namespace KernelFlow.Integrators.Tests.Families;

/// <summary>At any step size: ker W ⊆ ker G with its bound, and what each family keeps.</summary>
public class FamilyStructureTests
{
    public static TheoryData<string, int, double, bool> Coarse
    {
        get
        {
            var data = new TheoryData<string, int, double, bool>();
            foreach (string method in Methods.Names.Skip(1))
            {
                // Beyond their region of stability explicit methods amplify rounding.
                bool isExplicit = method is "dopri5" or "tsit5" or "dop853";
                foreach (double size in isExplicit ? (double[])[0.1, 1] : [0.1, 1, 30, 1000])
                    foreach (bool scalar in (bool[])[true, false]) data.Add(method, 2, size, scalar);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Coarse))]
    public void InclusionIsExactAndBounded(string method, int steps, double size, bool scalar)
    {
        var (trajectory, kernel) = StructureTests.Moving(8, 5, 3, size, scalar ? 1 : 2, scalar ? 0.8 : null, false, seed: 3);
        var found = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = method, FixedSteps = steps }, Backends.Managed);
        double floor = 1e-13 * Math.Max(1, 0.01 * size);
        Check.Small((found.W_S * kernel).FrobeniusNorm() / found.W_S.FrobeniusNorm(), floor, "W v on the common null space");
        Check.Small((found.G_Q * kernel).FrobeniusNorm() / found.G_Q.FrobeniusNorm(), 3 * floor, "G_Q v on the common null space");
        Check.Small((found.G_S * kernel).FrobeniusNorm() / found.G_S.FrobeniusNorm(), 10 * floor, "G_S v on the common null space");
        Check.Small((found.P * kernel - kernel).FrobeniusNorm(), 10 * floor, "Pv − v on the common null space (C9)");
        double c = trajectory.TestKernelIntegral(found.Nodes).Evd(Symmetricity.Symmetric).EigenValues.Max(z => z.Real);
        Check.Small(Math.Abs(found.Nodes.Sum(node => node.Weight) - 2), 1e-13, "Σω − (T − s)");
        Check.Positive(found.Nodes.Min(node => node.Weight), "smallest weight of the nodes");
        var random = new Random(4);
        for (int trial = 0; trial < 200; trial++)
        {
            var v = Vector<double>.Build.DenseOfArray(RandomMatrices.Vector(random, 8));
            Check.Small((found.G_Q * v).L2Norm(), Math.Sqrt(c * v.DotProduct(found.W_S * v)) * (1 + 1e-10), "‖G v‖ against √(c_h vᵀWv)");
        }
        Check.Small((found.W_S - found.W_S.Transpose()).FrobeniusNorm(), 0, "asymmetry of W");
        Check.Small(-RandomMatrices.SmallestEigenvalue(found.W_S), 1e-12 * found.W_S.FrobeniusNorm(), "negative eigenvalue of W");
    }

    /// <summary>Where W and G_S follow from P they must be those of the nodes: compared with a B of equal blocks that the code does not know to be
    /// scalar.</summary>
    [Theory]
    [InlineData("gauss-2")]
    [InlineData("gauss-4")]
    [InlineData("gauss-6")]
    [InlineData("exponential-midpoint")]
    public void ConservedFormsAreThoseOfTheNodes(string method)
    {
        const double beta = 0.7;
        var (known, _) = StructureTests.Moving(6, 6, 3, 40, 1, beta, true, seed: 5);
        var hidden = new FormulaTrajectory(3, 1, [0, 1, 2], t => Kernels(known, t), _ => new DenseMatrix(3, 3), FormulaTrajectory.Scalar(6, beta), null);
        var options = new PropagationOptions { Method = method, FixedSteps = 3 };
        Propagation a = FlowIntegrator.Integrate(known, options, Backends.Managed), b = FlowIntegrator.Integrate(hidden, options, Backends.Managed);
        Check.Close(a.P, b.P, 5e-14, "P");
        Check.Close(a.W_S, b.W_S, 2e-14, "W");
        Check.Close(a.G_S, b.G_S, 5e-14, "G_S");
        Check.Close(a.G_Q, b.G_Q, 5e-14, "G_Q");
    }

    /// <summary>Radau IIA: I − PᵀP − 2βW_h ⪰ 0, and not zero: a check of accuracy, not of code.</summary>
    [Theory]
    [InlineData("radau-3")]
    [InlineData("radau-5")]
    public void RadauLeavesAPositiveRest(string method)
    {
        var (trajectory, _) = StructureTests.Moving(6, 6, 3, 40, 1, 0.7, true, seed: 1);
        var found = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = method, FixedSteps = 3 }, Backends.Managed);
        var rest = Matrix<double>.Build.DenseIdentity(6) - found.P.Transpose() * found.P - 1.4 * found.W_S;
        Check.Small(-RandomMatrices.SmallestEigenvalue(rest), 64 * Check.Eps, "negative eigenvalue of the rest");
        Check.AtLeast(rest.FrobeniusNorm(), 1e-6, "‖rest‖");
    }

    /// <summary>The frozen flow is exact in a single step at any stiffness, with B scalar or not, and W of a saturated mode is complete.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(50)]
    [InlineData(1e5)]
    public void ExponentialMidpointIsExactOnAFrozenKernel(double size)
    {
        var problem = Frozen.Make([.. Frozen.Logarithmic(6, size, 1e-3 * size), 0], 0.5, [0, 1.5], seed: 8);
        problem.AssertClose(FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = "exponential-midpoint", FixedSteps = 1 },
            Backends.Managed), 1e-12 + 1e-15 * size);
        var general = new FormulaTrajectory(4, 1, [0, 1.5], t => Kernels(problem.Trajectory, t), _ => new DenseMatrix(4, 4),
            FormulaTrajectory.Scalar(7, 0.5), null);
        problem.AssertClose(FlowIntegrator.Integrate(general, new PropagationOptions { Method = "exponential-midpoint", FixedSteps = 1 },
            Backends.Managed), 1e-12 + 1e-15 * size);
    }

    /// <summary>For B = βI the Magnus flow contracts at any step, however strongly the kernel turns.</summary>
    [Fact]
    public void MagnusContracts()
    {
        var problem = Rotating.Scalar([3000, 100, 10, 1, 0.1, 0.01], 1, [2, 3, 1], [0, 1], seed: 7);
        var found = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = "magnus-4", FixedSteps = 1 }, Backends.Managed);
        Check.Small(found.P.L2Norm(), 1 + 1e-12, "‖P‖");
    }

    private static Matrix<double> Kernels(KernelTrajectory trajectory, double t)
    {
        var kernels = new DenseMatrix(trajectory.TrainSize + trajectory.TestSize, trajectory.TrainSize);
        int interval = Enumerable.Range(0, trajectory.Intervals).First(k => t <= trajectory.Knots[k + 1] + 1e-12);
        trajectory.Kernels(interval, t, kernels);
        return kernels;
    }
}
