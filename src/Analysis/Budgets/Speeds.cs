using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Budgets;

/// <summary>How fast the parameters may slow down or speed up within an interval, where an interpolant in time takes them to move evenly.</summary>
/// <remarks>
/// The parameters move at the speed ‖J_Sᵀg‖. Where it falls as e^{−cθ} over an interval, the path is gone through as φ(θ) = (1 − e^{−cθ})/(1 − e^{−c}). c follows
/// from where the speed starts, from its mean square and from where it ends; the largest counts. A kernel that grows by a factor R within an interval
/// may have grown exponentially, which is c = −½ ln R for J, or at once.
/// </remarks>
internal static class Speeds
{
    // A path that is gone through in a hundredth of the interval is one that is gone through at once.
    private const double Steepest = 100;

    /// <summary>c for every interval, if the parameters move early in it and if they move late.</summary>
    public static (double[] Early, double[] Late) Of(AnalysisInput input, LocalFlow flow)
    {
        int intervals = flow.Trajectory.Intervals;
        double[] early = new double[intervals], late = new double[intervals];
        double power = input.Kernels.InterpolatesJacobian ? 0.5 : 1;
        double[] energy = [.. Enumerable.Range(0, intervals + 1).Select(k => VectorMath.Quadratic(Train(input, k), flow.Gradients[k]))];
        double[] trace = [.. Enumerable.Range(0, intervals + 1).Select(k => Trace(input, k))];
        for (int k = 0; k < intervals; k++)
        {
            double mean = flow.Dissipated[k] / (flow.Trajectory.Knots[k + 1] - flow.Trajectory.Knots[k]) / energy[k];
            double growth = power * Math.Abs(Finite(Math.Log(trace[k + 1] / trace[k])));
            double slowing = Math.Max(Rate(mean), 0.5 * Finite(Math.Log(energy[k] / energy[k + 1])));
            early[k] = Math.Min(Steepest, Math.Max(slowing, growth));
            late[k] = -Math.Min(Steepest, growth);
        }
        return (early, late);
    }

    // (1 − e^{−2c})/(2c) is the mean of e^{−2cθ}.
    private static double Rate(double mean)
    {
        if (!double.IsFinite(mean) || mean <= 0) return 0;
        double low = -Steepest, high = Steepest;
        for (int i = 0; i < 60; i++)
        {
            double middle = 0.5 * (low + high), x = 2 * middle;
            if ((Math.Abs(x) < 1e-8 ? 1 : (1 - Math.Exp(-x)) / x) > mean) low = middle;
            else high = middle;
        }
        return 0.5 * (low + high);
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : 0;

    private static MathNet.Numerics.LinearAlgebra.Double.DenseMatrix Train(AnalysisInput input, int checkpoint) =>
        input.Kernels.At(checkpoint).Train.ToMatrix();

    private static double Trace(AnalysisInput input, int checkpoint)
    {
        var kernel = input.Kernels.At(checkpoint).Train;
        double sum = 0;
        for (int i = 0; i < kernel.Rows; i++) sum += kernel[i, i];
        return sum;
    }
}
