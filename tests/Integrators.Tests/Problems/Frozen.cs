namespace KernelFlow.Integrators.Tests.Problems;

/// <summary>K constant, B = βI (claim C7): every mode on its own.</summary>
internal static class Frozen
{
    /// <summary>K_SS = V diag(κ) Vᵀ, K_QS = C diag(√κ) Vᵀ + leak, so that J_S = V√κ, J_Q = C and the joint kernel is PSD unless there is a leak.</summary>
    public static Solved Make(double[] kappa, double beta, double[] knots, int seed, Matrix<double>? leak = null)
    {
        const int M = 4;
        int N = kappa.Length;
        var random = new Random(seed);
        Matrix<double> V = RandomMatrices.Orthogonal(random, N), C = RandomMatrices.Uniform(random, M, N);
        Matrix<double> root = Diagonal(kappa, Math.Sqrt), K_QS = C * root * V.Transpose() + (leak ?? new DenseMatrix(M, N)) * V.Transpose();
        var kernels = RandomMatrices.Symmetric(V, kappa).Stack(K_QS);
        double T = knots[^1] - knots[0];
        var trajectory = new FormulaTrajectory(M, 1, knots, _ => kernels, _ => C * C.Transpose(), FormulaTrajectory.Scalar(N, beta), beta);
        // ∫ e^{−βκt} dt: T itself on the kernel of K.
        var integral = Diagonal(kappa, k => k == 0 ? T : -ExpMinusOne(-beta * k * T) / (beta * k));
        return new Solved(FormattableString.Invariant($"frozen, 2βλT ≤ {2 * beta * kappa.Max() * T:g3}"), trajectory,
            V * Diagonal(kappa, k => Math.Exp(-beta * k * T)) * V.Transpose(),
            V * Diagonal(kappa, k => -ExpMinusOne(-2 * beta * k * T) / (2 * beta)) * V.Transpose(),
            V * Diagonal(kappa, k => -ExpMinusOne(-beta * k * T) / beta) * V.Transpose(),
            K_QS * V * integral * V.Transpose());
    }

    /// <summary>n eigenvalues from high to low, evenly in the logarithm.</summary>
    public static double[] Logarithmic(int n, double high, double low) =>
        Enumerable.Range(0, n).Select(i => high * Math.Pow(low / high, i / (n - 1.0))).ToArray();

    private static Matrix<double> Diagonal(double[] kappa, Func<double, double> f) =>
        Matrix<double>.Build.DenseOfDiagonalArray(Array.ConvertAll(kappa, k => f(k)));

    private static double ExpMinusOne(double x) => x < -700 ? -1 : 2 * Math.Sinh(0.5 * x) * Math.Exp(0.5 * x);
}
