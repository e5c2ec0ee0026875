namespace KernelFlow.Integrators.Tests;

/// <summary>Reported errors against true ones: at most three times too small, and the truth within the tolerance asked for.</summary>
public class ErrorEstimateTests
{
    // What rounding alone does, relative: of the sums over steps, and of K itself, whose slow modes are known only to ε‖BK‖.
    internal static double Rounding(KernelTrajectory trajectory)
    {
        double rate = 0;
        for (int k = 0; k < trajectory.Intervals; k++)
            foreach (int end in (int[])[k, k + 1])
            {
                var kernels = new DenseMatrix(trajectory.TrainSize + trajectory.TestSize, trajectory.TrainSize);
                var B = new OutputHessian(trajectory.TrainSize / trajectory.Outputs, trajectory.Outputs);
                trajectory.Kernels(k, trajectory.Knots[end], kernels);
                trajectory.Hessian(k, trajectory.Knots[end], B);
                rate = Math.Max(rate, kernels.SubMatrix(0, trajectory.TrainSize, 0, trajectory.TrainSize).FrobeniusNorm() * B.Blocks.Max());
            }
        return 2e-13 + 0.5 * Check.Eps * rate * (trajectory.Knots[^1] - trajectory.Knots[0]);
    }

    internal static readonly Dictionary<string, Func<Solved>> s_problems = new()
    {
        ["frozen, mild"] = () => Frozen.Make(Frozen.Logarithmic(8, 5, 0.05), 0.5, [0, 2], seed: 1),
        ["frozen, λT = 1e3"] = () => Frozen.Make([.. Frozen.Logarithmic(7, 1e3, 0.01), 0], 1, [0, 1], seed: 2),
        ["frozen, λT = 1e5"] = () => Frozen.Make([.. Frozen.Logarithmic(11, 1e5, 1e-3), 0], 1, [0, 1], seed: 3),
        ["frozen, λT = 1e5, several saturated"] = () => Frozen.Make([1e5, 9e4, 5e4, 2e4, 1e4, 1, 0.1, 0.01], 1, [0, 0.3, 1], seed: 4),
        ["frozen, gap"] = () => Frozen.Make([1e4, 1e4, 1, 1, 0, 0], 1, [0, 1], seed: 5),
        ["rotating"] = () => Rotating.Scalar([3, 2, 1.5, 1, 0.5, 0.3], 0.8, [1.1, 1.6, 0.8], [0, 0.4, 2], seed: 6),
        ["rotating, stiff"] = () => Rotating.Scalar([3000, 100, 10, 1, 0.1, 0.01], 1, [0.3, 0.2, 0.1], [0, 1], seed: 7),
        ["rotating, B varies"] = () => Rotating.Blocks([5, 3, 2, 1, 0.5, 0.1], 2, false, [1.3, 0.7, 2.1], [0, 1, 3], seed: 8),
        ["rotating, B varies, stiff"] = () => Rotating.Blocks([2000, 300, 20, 1, 0.5, 0.1], 3, false, [0.4, 0.3], [0, 1], seed: 9),
        ["rotating, B singular"] = () => Rotating.Blocks([50, 10, 2, 1, 0.5, 0.1], 2, true, [1.3, 0.7, 2.1], [0, 2], seed: 10),
        ["ramp from zero"] = () => Diagonal.Make("ramp from zero", 1, [0, 1, 2, 3], [0, 0, 1e4, 1e4], [1, 1, 2, 0], [0.3, 0.2, 0.1, 0], [0, 0, 0, 0]),
        ["ramp in one interval"] = () => Diagonal.Make("ramp in one interval", 1, [0, 1], [0, 3e4], [0.5, 1], [0.1, 0.3], [0, 0]),
        ["ramp of everything"] = () => Diagonal.Make("ramp of everything", 1, [0, 1, 2], [1e-3, 1e-3, 1e4], [1e-3, 1e-3, 0.5], [0, 0, 0]),
    };

    public static TheoryData<string, string, double> Cases
    {
        get
        {
            var data = new TheoryData<string, string, double>();
            foreach (string problem in s_problems.Keys)
                foreach (double rtol in (double[])[1e-3, 1e-5, 1e-8, 1e-10])
                {
                    data.Add(problem, "gauss-6", rtol);
                    if (rtol > 1e-9) data.Add(problem, "gauss-4", rtol);
                }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ReportedErrorsAreHonest(string name, string method, double rtol)
    {
        var problem = s_problems[name]();
        var found = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = method, RelativeTolerance = rtol }, Backends.Managed);
        var (P, W, GS, GQ) = problem.Errors(found);
        double G = Math.Max(GS, GQ), largest = Math.Max(P, Math.Max(W, G));
        string what = FormattableString.Invariant($"{name}, {method}, rtol {rtol:g2}, {found.Report}: true P {P:g3} W {W:g3} G {G:g3}, reported {found.Error}");
        Check.Small(largest, rtol, what + ": largest true error against rtol");
        Check.Small(found.Error.Largest, rtol, what + ": largest reported error against rtol");
        double rounding = Rounding(problem.Trajectory);
        Check.Small(P / 3, found.Error.P + rounding, what + ": P/3 against reported");
        Check.Small(W / 3, found.Error.W + rounding, what + ": W/3 against reported");
        Check.Small(G / 3, found.Error.G + rounding, what + ": G/3 against reported");
    }

    /// <summary>An estimate that is always huge would pass the test above, and passes would be repeated for nothing: within 10 where errors are far above
    /// rounding.</summary>
    [Theory]
    [InlineData("frozen, mild")]
    [InlineData("frozen, λT = 1e3")]
    [InlineData("rotating")]
    [InlineData("rotating, B varies")]
    [InlineData("rotating, B singular")]
    public void ReportedErrorsAreNotFarTooLarge(string name)
    {
        var problem = s_problems[name]();
        var found = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = "gauss-4", RelativeTolerance = 1e-6 }, Backends.Managed);
        var (P, W, GS, GQ) = problem.Errors(found);
        Check.Small(found.Error.P, 10 * P, $"{name}: reported P against 10 × true");
        Check.Small(found.Error.W, 10 * W, $"{name}: reported W against 10 × true");
        Check.Small(found.Error.G, 10 * Math.Max(GS, GQ), $"{name}: reported G against 10 × true");
    }

    /// <summary>A saturated mode has dissipated all its energy, however stiff it is: stepped over at once it would look like reservoir.</summary>
    [Theory]
    [InlineData("gauss-6", 1e-3)]
    [InlineData("gauss-6", 1e-8)]
    [InlineData("gauss-4", 1e-3)]
    [InlineData("gauss-4", 1e-6)]
    public void SaturatedModesHaveDissipatedEverything(string method, double rtol)
    {
        const double beta = 0.25;
        double[] kappa = [4e5, 3e5, 1e5, 3e4, 4e3, 400, 0, 0]; // βκT from 1e5 down to 100
        var problem = Frozen.Make(kappa, beta, [0, 1], seed: 11);
        var found = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = method, RelativeTolerance = rtol }, Backends.Managed);
        double[] fraction = found.W_S.Evd(Symmetricity.Symmetric).EigenValues.Select(z => 2 * beta * z.Real).OrderDescending().ToArray();
        // The Gauss methods keep I − PᵀP = 2βW at any step, and nothing of a saturated mode is left in P: whatever rtol is, only rounding of the sums of
        // W over the steps remains, about a thousand ε.
        for (int i = 0; i < 6; i++)
            Check.Small(Math.Abs(fraction[i] - 1), 1e-11,
                FormattableString.Invariant($"dissipated fraction of saturated mode {i}, {found.Report.Steps} steps"));
        // K itself is only a matrix of rank 6 to ε·‖K‖ = 9e-11.
        for (int i = 6; i < 8; i++) Check.Small(Math.Abs(fraction[i]), 1e-10, "dissipated fraction of a reservoir mode");
    }

    [Fact]
    public void FixedStepsReportNoEstimate()
    {
        var problem = s_problems["rotating"]();
        var error = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { FixedSteps = 3 }, Backends.Managed).Error;
        Assert.True(double.IsNaN(error.P) && double.IsNaN(error.W) && double.IsNaN(error.G));
    }

    [Fact]
    public void ToleranceBelowRoundingIsAnErrorNotALie()
    {
        var problem = s_problems["frozen, λT = 1e5"]();
        var failure = Assert.Throws<NumericalException>(() => FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { RelativeTolerance = 1e-17 },
            Backends.Managed));
        Assert.Contains("rounding", failure.Message);
    }
}
