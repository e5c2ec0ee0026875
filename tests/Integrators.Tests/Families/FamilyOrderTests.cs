namespace KernelFlow.Integrators.Tests.Families;

/// <summary>Observed orders of P, W_S, G_S and G_Q of every family on an A(t) that does not commute with itself, with B scalar, varying and singular.</summary>
public class FamilyOrderTests
{
    private static readonly (string Method, int Order, int[] Steps)[] _families =
    [
        ("gauss-2", 2, [32, 64, 128]), ("radau-3", 3, [32, 64, 128]), ("radau-5", 5, [12, 24, 48]), ("dopri5", 5, [64, 128]), ("tsit5", 5, [64, 128]),
        ("dop853", 8, [48, 96]), ("exponential-midpoint", 2, [32, 64, 128]), ("magnus-4", 4, [16, 32, 64]), ("rkc2", 2, [64, 128, 256]),
    ];

    public static TheoryData<string, int, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, int, bool>();
            foreach (var (method, _, _) in _families)
            {
                data.Add(method, 1, false);
                data.Add(method, 2, false);
                data.Add(method, 3, true);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ErrorsFallWithTheOrder(string method, int p, bool singular)
    {
        double[] kappa = [3, 2, 1.5, 1, 0.5, 0.3], omega = [1.1, 1.6, 0.8], knots = method == "dop853" ? [0.2, 10.2] : [0.2, 1.7];
        var problem = p == 1 ? Rotating.Scalar(kappa, 0.8, omega, knots, seed: 1) : Rotating.Blocks(kappa, p, singular, omega, knots, seed: 1);
        var (_, order, steps) = _families.Single(f => f.Method == method);
        double[][] errors = Array.ConvertAll(steps, count =>
        {
            var found = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = method, FixedSteps = count }, Backends.Managed);
            Assert.Equal((count, method), (found.Report.Steps, found.Report.Name));
            var (P, W, GS, GQ) = problem.Errors(found);
            return (double[])[P, W, GS, GQ];
        });
        string[] names = ["P", "W_S", "G_S", "G_Q"];
        for (int i = 1; i < steps.Length; i++)
            for (int q = 0; q < 4; q++)
            {
                string what = FormattableString.Invariant(
                    $"{method}, p = {p}: {names[q]} from {steps[i - 1]} to {steps[i]} steps, errors {errors[i - 1][q]:g3}, {errors[i][q]:g3}");
                Check.AtLeast(errors[i][q], 2e-14, what + ": the error, which must be above rounding");
                Check.Between(Math.Log2(errors[i - 1][q] / errors[i][q]), order - 0.15, order + 0.15, "order of " + what);
            }
    }
}
