namespace KernelFlow.Integrators.Tests.Problems;

/// <summary>K_SS(t) = diag(κ_i(t)) with κ_i piecewise linear in time, B = βI: P_i = e^{−β∫κ_i} mode by mode, however stiff and whenever.</summary>
internal static class Diagonal
{
    /// <param name="name">Name.</param>
    /// <param name="beta">β.</param>
    /// <param name="knots">Times.</param>
    /// <param name="kappa">κ_i at the knots, one row per mode.</param>
    public static Solved Make(string name, double beta, double[] knots, params double[][] kappa)
    {
        int N = kappa.Length;
        double Value(int mode, double t)
        {
            int k = Math.Min(knots.Length - 2, Array.FindLastIndex(knots, x => x <= t));
            double theta = (t - knots[k]) / (knots[k + 1] - knots[k]);
            return (1 - theta) * kappa[mode][k] + theta * kappa[mode][k + 1];
        }

        // K_QS = c·K_SS: then G_Q = c·G_S, and K_QQ = c²·K_SS.
        const double c = 0.5;
        Matrix<double> K(double t) => Matrix<double>.Build.DenseOfDiagonalArray(Enumerable.Range(0, N).Select(i => Value(i, t)).ToArray());
        var trajectory = new FormulaTrajectory(N, 1, knots, t => K(t).Stack(c * K(t)), t => c * c * K(t), FormulaTrajectory.Scalar(N, beta), beta);
        double[] P = Enumerable.Range(0, N).Select(i => Math.Exp(-beta *
            Enumerable.Range(1, knots.Length - 1).Sum(k => 0.5 * (kappa[i][k - 1] + kappa[i][k]) * (knots[k] - knots[k - 1])))).ToArray();
        var G = Matrix<double>.Build.DenseOfDiagonalArray(Array.ConvertAll(P, x => (1 - x) / beta));
        return new Solved(name, trajectory, Matrix<double>.Build.DenseOfDiagonalArray(P),
            Matrix<double>.Build.DenseOfDiagonalArray(Array.ConvertAll(P, x => (1 - x * x) / (2 * beta))), G, c * G);
    }
}
