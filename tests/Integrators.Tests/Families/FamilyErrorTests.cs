namespace KernelFlow.Integrators.Tests.Families;

/// <summary>Adaptive integration by every family: the truth within the tolerance, the report at most three times too small.</summary>
public class FamilyErrorTests
{
    private static readonly string[] _new = ["gauss-2", "radau-3", "radau-5", "dopri5", "tsit5", "dop853", "exponential-midpoint", "magnus-4", "rkc2"];

    private static double Tolerance(string method, bool tight) => method switch
    {
        "gauss-2" or "exponential-midpoint" or "rkc2" => tight ? 1e-5 : 1e-3,
        // Stiff problems keep explicit methods at the limit of stability, where every step is as wrong as it may be: 1e-8 of the sum is below rounding.
        "radau-3" or "dopri5" or "tsit5" or "dop853" => tight ? 1e-6 : 1e-3,
        _ => tight ? 1e-8 : 1e-4,
    };

    /// <summary>Whether stability alone chooses the steps, some 50,000 of them and the same ones at either tolerance: the tighter one says all.</summary>
    private static bool IsDraggedAlongItsStability(string method, string problem) =>
        method is "dopri5" or "tsit5" or "dop853" && problem.StartsWith("frozen, λT = 1e5", StringComparison.Ordinal);

    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (string method in _new)
                foreach (string problem in ErrorEstimateTests.s_problems.Keys)
                    foreach (bool tight in (bool[])[false, true])
                        if (tight || !IsDraggedAlongItsStability(method, problem)) data.Add(method, problem, tight);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ReportedErrorsAreHonest(string method, string name, bool tight)
    {
        var problem = ErrorEstimateTests.s_problems[name]();
        double rtol = Tolerance(method, tight);
        var (found, refusal) = Try(problem.Trajectory, new PropagationOptions { Method = method, RelativeTolerance = rtol });
        // An explicit method dragged along the limit of its stability may say that it cannot; it must not say that it can.
        if (found is null)
        {
            Assert.True(method is "dopri5" or "tsit5" or "dop853" && name.StartsWith("ramp", StringComparison.Ordinal),
                $"{name}, {method}: refused, {refusal}");
            Assert.Matches("^The estimated relative error is .* after", refusal);
        }
        else AssertHonest(problem, name, method, rtol, found);
    }

    private static (Propagation? Found, string? Refusal) Try(KernelTrajectory trajectory, PropagationOptions options)
    {
        try
        {
            return (FlowIntegrator.Integrate(trajectory, options, Backends.Managed), null);
        }
        catch (NumericalException refusal)
        {
            return (null, refusal.Message);
        }
    }

    private static void AssertHonest(Solved problem, string name, string method, double rtol, Propagation found)
    {
        var (P, W, GS, GQ) = problem.Errors(found);
        double G = Math.Max(GS, GQ), rounding = ErrorEstimateTests.Rounding(problem.Trajectory);
        string what = FormattableString.Invariant($"{name}, {method}, rtol {rtol:g2}, {found.Report}: true P {P:g3} W {W:g3} G {G:g3}, reported {found.Error}");
        Check.Small(Math.Max(P, Math.Max(W, G)), rtol, what + ": largest true error against rtol");
        Check.Small(found.Error.Largest, rtol, what + ": largest reported error against rtol");
        Check.Small(P / 3, found.Error.P + rounding, what + ": P/3 against reported");
        Check.Small(W / 3, found.Error.W + rounding, what + ": W/3 against reported");
        Check.Small(G / 3, found.Error.G + rounding, what + ": G/3 against reported");
    }

    /// <summary>λ_max(BK)(T − s) = 1e5 on a frozen kernel: every saturated mode has dissipated everything, none looks like reservoir.</summary>
    [Theory]
    [InlineData("gauss-2", 1e-4)]
    [InlineData("radau-3", 1e-5)]
    [InlineData("radau-5", 1e-8)]
    [InlineData("dopri5", 1e-5)]
    [InlineData("tsit5", 1e-5)]
    [InlineData("dop853", 1e-6)]
    [InlineData("exponential-midpoint", 1e-6)]
    [InlineData("magnus-4", 1e-6)]
    [InlineData("rkc2", 1e-4)]
    public void SaturatedModesHaveDissipatedEverything(string method, double rtol)
    {
        const double beta = 0.25;
        double[] kappa = [4e5, 3e5, 1e5, 3e4, 4e3, 400, 0, 0];
        var problem = Frozen.Make(kappa, beta, [0, 1], seed: 11);
        var found = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = method, RelativeTolerance = rtol }, Backends.Managed);
        double[] fraction = found.W_S.Evd(Symmetricity.Symmetric).EigenValues.Select(z => 2 * beta * z.Real).OrderDescending().ToArray();
        for (int i = 0; i < 6; i++)
            Check.Small(Math.Abs(fraction[i] - 1), rtol * Math.Sqrt(6),
                FormattableString.Invariant($"{method}: dissipated fraction of saturated mode {i}, {found.Report.Steps} steps"));
        for (int i = 6; i < 8; i++) Check.Small(Math.Abs(fraction[i]), 1e-10, $"{method}: dissipated fraction of a reservoir mode");
    }

    [Theory]
    [InlineData("radau-5")]
    [InlineData("dopri5")]
    [InlineData("tsit5")]
    [InlineData("dop853")]
    [InlineData("magnus-4")]
    public void RotatingKernelTo1e9(string method)
    {
        var problem = ErrorEstimateTests.s_problems["rotating"]();
        problem.AssertClose(FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = method, RelativeTolerance = 1e-9 },
            Backends.Managed), 1e-9);
    }

    [Theory]
    [InlineData("I")]
    [InlineData("PI")]
    [InlineData("PID")]
    public void EveryControllerReachesTheTolerance(string name)
    {
        var control = new[] { StepControl.I, StepControl.PI, StepControl.PID }.Single(c => c.Name == name);
        var problem = ErrorEstimateTests.s_problems["rotating, B varies"]();
        foreach (string method in (string[])["gauss-4", "dopri5"])
        {
            var found = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = method, RelativeTolerance = 1e-7,
                Control = control }, Backends.Managed);
            problem.AssertClose(found, 1e-7);
            Check.Small(found.Report.Rejected, 0.3 * found.Report.Steps + 3, $"{name}, {method}: rejected steps");
        }
    }
}
