namespace KernelFlow.Integrators.Tests;

/// <summary>What holds at any step size: the energy identity, the inclusion ker W ⊆ ker G and its quantitative form.</summary>
public class StructureTests
{
    public static TheoryData<string, int, double> Coarse
    {
        get
        {
            var data = new TheoryData<string, int, double>();
            foreach (string method in (string[])["gauss-4", "gauss-6"])
                foreach (int steps in (int[])[1, 3])
                    foreach (double size in (double[])[0.1, 1, 30, 1000]) data.Add(method, steps, size);
            return data;
        }
    }

    // J(t) full of motion: h‖BK‖ up to about the size asked for, K_SS with a kernel of dimension N − r common to all t.
    internal static (FormulaTrajectory Trajectory, Matrix<double> Kernel) Moving(int N, int r, int M, double size, int p, double? beta, bool constantB,
        int seed)
    {
        const int D = 9;
        var random = new Random(seed);
        var Q = RandomMatrices.Orthogonal(random, N);
        Matrix<double> basis = Q.SubMatrix(0, N, 0, r), a = RandomMatrices.Uniform(random, r, D), b = RandomMatrices.Uniform(random, r, D),
            c = RandomMatrices.Uniform(random, M, D), d = RandomMatrices.Uniform(random, M, D);
        double scale = Math.Sqrt(size / ((a + b) * (a + b).Transpose()).L2Norm());
        double[] first = Blocks(), second = constantB ? first : Blocks();
        double[] Blocks() => Enumerable.Range(0, N / p).SelectMany(_ =>
            RandomMatrices.Symmetric(RandomMatrices.Orthogonal(random, p),
                Enumerable.Range(0, p).Select(i => 0.3 + 0.7 * random.NextDouble()).ToArray()).ToRowMajorArray()).ToArray();
        var trajectory = FormulaTrajectory.FromJacobians(p, [0, 1, 2], t => scale * basis * (Math.Cos(t) * a + Math.Sin(2 * t) * b),
            t => Math.Cos(3 * t) * c + Math.Sin(t) * d,
            beta is { } value ? FormulaTrajectory.Scalar(N, value) : t => first.Zip(second, (x, y) => (1 - 0.5 * t) * x + 0.5 * t * y).ToArray(), beta);
        return (trajectory, Q.SubMatrix(0, N, r, N - r));
    }

    private static Propagation Integrate(KernelTrajectory trajectory, string method, int steps) =>
        FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = method, FixedSteps = steps }, Backends.Managed);

    [Theory]
    [MemberData(nameof(Coarse))]
    public void EnergyIdentityForScalarB(string method, int steps, double size)
    {
        var (trajectory, _) = Moving(6, 6, 3, size / 0.7, 1, 0.7, true, seed: 1);
        var found = Integrate(trajectory, method, steps);
        var defect = Matrix<double>.Build.DenseIdentity(6) - found.P.Transpose() * found.P - 1.4 * found.W_S;
        Check.Small(defect.FrobeniusNorm() / Math.Sqrt(6), 5e-15, "I − PᵀP − 2βW");
        Check.AtLeast((Matrix<double>.Build.DenseIdentity(6) - found.P).FrobeniusNorm(), 0.01, "‖I − P‖, without which nothing is tested");
    }

    [Theory]
    [MemberData(nameof(Coarse))]
    public void EnergyIdentityForConstantInvertibleB(string method, int steps, double size)
    {
        var (trajectory, _) = Moving(6, 6, 3, size, 2, null, true, seed: 2);
        var found = Integrate(trajectory, method, steps);
        var inverse = trajectory.DenseHessian(0).Inverse();
        var expected = 0.5 * (inverse - found.P.Transpose() * inverse * found.P);
        Check.Small((found.W_S - expected).FrobeniusNorm() / inverse.FrobeniusNorm(), 1e-13, "W − (B⁻¹ − PᵀB⁻¹P)/2");
    }

    /// <summary>The identity must not hold for a B that varies: otherwise the two tests above test nothing.</summary>
    [Fact]
    public void EnergyIdentityFailsForVaryingB()
    {
        var (trajectory, _) = Moving(6, 6, 3, 30, 2, null, false, seed: 2);
        var found = Integrate(trajectory, "gauss-6", 3);
        var inverse = trajectory.DenseHessian(0).Inverse();
        Check.AtLeast((found.W_S - 0.5 * (inverse - found.P.Transpose() * inverse * found.P)).FrobeniusNorm() / inverse.FrobeniusNorm(), 1e-3,
            "W − (B⁻¹ − PᵀB⁻¹P)/2");
    }

    [Theory]
    [MemberData(nameof(Coarse))]
    public void InclusionIsExactAndBounded(string method, int steps, double size)
    {
        var (trajectory, kernel) = Moving(8, 5, 3, size, 2, null, false, seed: 3);
        var found = Integrate(trajectory, method, steps);
        Check.Small((found.W_S * kernel).FrobeniusNorm() / found.W_S.FrobeniusNorm(), 1e-13, "W v on the common null space");
        Check.Small((found.G_Q * kernel).FrobeniusNorm() / found.G_Q.FrobeniusNorm(), 1e-13, "G_Q v on the common null space");
        Check.Small((found.G_S * kernel).FrobeniusNorm() / found.G_S.FrobeniusNorm(), 1e-13, "G_S v on the common null space");
        Check.Small((found.P * kernel - kernel).FrobeniusNorm(), 1e-13, "Pv − v on the common null space (C9)");

        double c = trajectory.TestKernelIntegral(found.Nodes).Evd(Symmetricity.Symmetric).EigenValues.Max(z => z.Real);
        Check.Small(Math.Abs(found.Nodes.Sum(node => node.Weight) - 2), 1e-14, "Σω − (T − s)");
        Check.Positive(found.Nodes.Min(node => node.Weight), "smallest weight of the nodes");
        Assert.Equal(found.Nodes.OrderBy(node => node.Time), found.Nodes);
        var random = new Random(4);
        double tightest = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            var v = Vector<double>.Build.DenseOfArray(RandomMatrices.Vector(random, 8));
            double left = (found.G_Q * v).L2Norm(), right = Math.Sqrt(c * v.DotProduct(found.W_S * v));
            Check.Small(left, right * (1 + 1e-12), "‖G v‖ against √(c_h vᵀWv)");
            tightest = Math.Max(tightest, left / right);
        }
        Check.AtLeast(tightest, 1e-3, "largest ratio to the bound, which would be too loose to test");
        Check.Small((found.W_S - found.W_S.Transpose()).FrobeniusNorm(), 0, "asymmetry of W");
        Check.Small(-RandomMatrices.SmallestEigenvalue(found.W_S), 1e-13 * found.W_S.FrobeniusNorm(), "negative eigenvalue of W");
    }

    /// <summary>A test kernel that does not belong to K_SS by a part in a million is visible at any step size.</summary>
    [Fact]
    public void PlantedViolationIsSeen()
    {
        var leak = new DenseMatrix(4, 6);
        leak[2, 5] = 1e-6;
        var problem = Frozen.Make([4, 2, 1, 0.5, 0.25, 0], 0.5, [0, 3], seed: 3, leak);
        var found = Integrate(problem.Trajectory, "gauss-6", 2);
        var evd = found.W_S.Evd(Symmetricity.Symmetric);
        var null_ = evd.EigenVectors.Column(0);
        Check.Small(Math.Abs(evd.EigenValues[0].Real), 1e-14, "eigenvalue of the reservoir mode");
        Check.Between((found.G_Q * null_).L2Norm(), 0.99 * 3e-6, 1.01 * 3e-6, "‖G ψ‖ = T·1e-6");
    }
}
