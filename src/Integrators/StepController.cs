namespace KernelFlow.Integrators;

/// <summary>Chooses the next step from the error of the last: h ← h·clip(0.9·(tol/err)^{1/(p+1)}, 1/5, 5).</summary>
/// <param name="order">p; the local error is O(h^{p+1}).</param>
/// <param name="tolerance">Allowed local error.</param>
internal sealed class StepController(int order, double tolerance)
{
    private const double Safety = 0.9, LargestGrowth = 5, LargestCut = 0.2;

    public double Tolerance => tolerance;

    public bool Accepts(double error) => error <= tolerance;

    public double Next(double h, double error) =>
        h * (error == 0 ? LargestGrowth : Math.Clamp(Safety * Math.Pow(tolerance / error, 1.0 / (order + 1)), LargestCut, LargestGrowth));
}
