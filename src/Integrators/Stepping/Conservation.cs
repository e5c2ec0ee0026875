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
    /// <param name="trajectory">What is to be integrated.</param>
    /// <param name="integral">Scratch N×N.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static double? Scale(KernelTrajectory trajectory, in MatrixView integral, Backend backend)
    {
        if (trajectory.Beta is not { } beta) return null;
        int n = trajectory.TrainSize;
        for (int k = 0; k < trajectory.Knots.Count; k++)
        {
            int last = trajectory.Knots.Count - 1;
            double weight = 0.5 * beta * (trajectory.Knots[Math.Min(k + 1, last)] - trajectory.Knots[Math.Max(k - 1, 0)]);
            trajectory.TrainKernel(Math.Min(k, last - 1), trajectory.Knots[k], weight, k == 0 ? 0 : 1, integral, integral, lower: true, backend.Spare);
        }
        double squares = 0;
        for (int j = 0; j < n; j++)
        {
            var below = integral.Column(j)[j..];
            squares += 2 * VectorRoutines.Dot(below, below) - below[0] * below[0];
        }
        if (!double.IsFinite(squares)) return null;
        // λ_min > shift exactly where A − shift·I has a Cholesky factor: a tenth of the cost of eigenvalues. ‖A‖_F bounds λ_max.
        double shift = Math.Max(Slowest, AboveRounding * Tolerances.Epsilon * Math.Sqrt(squares));
        for (int i = 0; i < n; i++) integral[i, i] -= shift;
        return backend.Cholesky(integral) == 0 ? beta : null;
    }
}
