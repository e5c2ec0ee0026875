namespace KernelFlow.Integrators.Tests;

/// <summary>Observed orders of P, W_S, G_S and G_Q at fixed steps on an A(t) that does not commute with itself, with B varying too.</summary>
public class OrderTests
{
    public static TheoryData<string, int, bool> Cases => new()
    {
        { "gauss-4", 2, false }, { "gauss-6", 2, false }, { "gauss-4", 3, true }, { "gauss-6", 3, true }, { "gauss-4", 1, false }, { "gauss-6", 1, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ErrorsFallWithTheOrder(string method, int p, bool singular)
    {
        double[] kappa = [3, 2, 1.5, 1, 0.5, 0.3], omega = [1.1, 1.6, 0.8], knots = [0.2, 1.7];
        var problem = p == 1 ? Rotating.Scalar(kappa, 0.8, omega, knots, seed: 1) : Rotating.Blocks(kappa, p, singular, omega, knots, seed: 1);
        int order = method == "gauss-4" ? 4 : 6;
        int[] steps = order == 4 ? [8, 16, 32, 64] : [6, 12, 24];
        double[][] errors = Array.ConvertAll(steps, count =>
        {
            var found = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = method, FixedSteps = count }, Backends.Managed);
            Assert.Equal((count, 0, 1, method), (found.Report.Steps, found.Report.Rejected, found.Report.Passes, found.Report.Name));
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
