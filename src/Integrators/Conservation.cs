using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Whether W = (I − PᵀP)/(2β) and G_S = (I − P)/β may stand for the sums over nodes, for a method in which they are equal to rounding.</summary>
/// <remarks>
/// Rounding differs. P is known to ε·λ_max, λ_max of β∫K dt, and so is I − PᵀP; a sum over nodes YᵀKY knows a mode that hardly dissipates to the square of
/// that. So P will do unless some mode is that slow: a reservoir is always seen through the nodes.
/// </remarks>
internal static class Conservation
{
    private const double Slowest = 1e-6, AboveRounding = 1e6;

    /// <summary>β, or null where nodes are needed.</summary>
    public static double? Scale(KernelTrajectory trajectory, Backend backend)
    {
        if (trajectory.Beta is not { } beta) return null;
        int n = trajectory.TrainSize;
        MatrixView kernels = Norms.Zero(n + trajectory.TestSize, n), integral = Norms.Zero(n, n);
        for (int k = 0; k < trajectory.Knots.Count; k++)
        {
            int last = trajectory.Knots.Count - 1;
            double weight = 0.5 * beta * (trajectory.Knots[Math.Min(k + 1, last)] - trajectory.Knots[Math.Max(k - 1, 0)]);
            trajectory.Kernels(Math.Min(k, last - 1), trajectory.Knots[k], kernels);
            for (int j = 0; j < n; j++) VectorKernels.Axpy(weight, kernels.Column(j)[..n], integral.Column(j));
        }
        if (!VectorKernels.AllFinite(integral.Array)) return null;
        var values = new double[n];
        backend.SymmetricEigen(integral, values, vectors: false);
        return values[0] > Math.Max(Slowest, AboveRounding * Tolerances.Epsilon * values[^1]) ? beta : null;
    }
}
