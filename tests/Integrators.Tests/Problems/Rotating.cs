namespace KernelFlow.Integrators.Tests.Problems;

/// <summary>
/// K_SS(t) = R K₀ Rᵀ, K_QS(t) = C Rᵀ, B(t) = R B₀ Rᵀ with R = e^{tΩ}: A(t) does not commute with itself at other times, but in the rotating frame,
/// Z = RᵀP, everything has constant coefficients: Z' = −(B₀K₀ + Ω)Z, W = ∫ZᵀK₀Z, G_Q = C∫Z, and H = RᵀG_S obeys H' = −ΩH + K₀Z.
/// </summary>
internal static class Rotating
{
    /// <summary>B = βI, rotation by several frequencies in random planes.</summary>
    public static Solved Scalar(double[] kappa, double beta, double[] omega, double[] knots, int seed)
    {
        var random = new Random(seed);
        int N = kappa.Length;
        var V = RandomMatrices.Orthogonal(random, N);
        return Make($"rotating, B = βI, N = {N}", RandomMatrices.Symmetric(RandomMatrices.Orthogonal(random, N), kappa),
            beta * Matrix<double>.Build.DenseIdentity(N), beta, 1, V,
            Enumerable.Range(0, N / 2).Select(i => (2 * i, omega[i % omega.Length])).ToArray(), knots, random);
    }

    /// <summary>B varies: n blocks p×p that turn with the kernel, one plane of rotation in each. With singular, every block has a null direction.</summary>
    public static Solved Blocks(double[] kappa, int p, bool singular, double[] omega, double[] knots, int seed)
    {
        var random = new Random(seed);
        int N = kappa.Length, n = N / p;
        Matrix<double> V = new DenseMatrix(N, N), B = new DenseMatrix(N, N);
        for (int i = 0; i < n; i++)
        {
            V.SetSubMatrix(i * p, i * p, RandomMatrices.Orthogonal(random, p));
            double[] values = Enumerable.Range(0, p).Select(c => singular && c == 0 ? 0 : 0.4 + random.NextDouble()).ToArray();
            B.SetSubMatrix(i * p, i * p, RandomMatrices.Symmetric(RandomMatrices.Orthogonal(random, p), values));
        }
        return Make($"rotating, B of {(singular ? "singular " : "")}blocks {p}x{p}, N = {N}",
            RandomMatrices.Symmetric(RandomMatrices.Orthogonal(random, N), kappa), B, null, p, V,
            Enumerable.Range(0, n).Select(i => (i * p, omega[i % omega.Length])).ToArray(), knots, random);
    }

    private static Solved Make(string name, Matrix<double> K0, Matrix<double> B0, double? beta, int p, Matrix<double> V, (int First, double Omega)[] planes,
        double[] knots, Random random)
    {
        const int M = 3;
        int N = K0.RowCount;
        var C = RandomMatrices.Uniform(random, M, N) * K0; // rows in the range of K₀: K_QQ = C K₀⁺ Cᵀ
        var testKernel = C * RandomMatrices.PseudoInverse(K0) * C.Transpose();
        var omega = new DenseMatrix(N, N);
        foreach (var (first, w) in planes) (omega[first + 1, first], omega[first, first + 1]) = (w, -w);
        Matrix<double> Omega = V * omega * V.Transpose();

        Matrix<double> R(double t)
        {
            var turn = Matrix<double>.Build.DenseIdentity(N);
            foreach (var (first, w) in planes)
            {
                (turn[first, first], turn[first + 1, first + 1]) = (Math.Cos(w * t), Math.Cos(w * t));
                (turn[first + 1, first], turn[first, first + 1]) = (Math.Sin(w * t), -Math.Sin(w * t));
            }
            return V * turn * V.Transpose();
        }

        var trajectory = new FormulaTrajectory(M, p, knots, t =>
        {
            var r = R(t);
            var K = r * K0 * r.Transpose();
            return (0.5 * (K + K.Transpose())).Stack(C * r.Transpose());
        }, _ => testKernel, t =>
        {
            var r = R(t);
            var B = r * B0 * r.Transpose();
            return Enumerable.Range(0, N * p).Select(i => B[i / p, i / p / p * p + i % p]).ToArray();
        }, beta);
        var (Z, W, integral, H) = ConstantCoefficients(B0 * K0 + Omega, K0, Omega, knots[^1] - knots[0]);
        Matrix<double> start = R(knots[0]).Transpose(), end = R(knots[^1]);
        return new Solved(name, trajectory, end * Z * start, start.Transpose() * W * start, end * H * start, C * integral * start);
    }

    /// <summary>Z, ∫ZᵀK₀Z, ∫Z and H after time T: a Taylor series over T/2^k, doubled k times.</summary>
    private static (Matrix<double> Z, Matrix<double> W, Matrix<double> Integral, Matrix<double> H) ConstantCoefficients(Matrix<double> A, Matrix<double> K0,
        Matrix<double> Omega, double T)
    {
        int N = A.RowCount, doublings = Math.Max(0, (int)Math.Ceiling(Math.Log2(A.FrobeniusNorm() * T / 0.2)));
        double h = T / Math.Pow(2, doublings), power = 1;
        Matrix<double> z = Matrix<double>.Build.DenseIdentity(N), x = K0, eta = Matrix<double>.Build.Dense(N, N), turn = z;
        Matrix<double> Z = z, W = h * K0, integral = h * z, H = eta, E = turn; // E = e^{−Ωh}
        for (int k = 1; k <= 20; k++)
        {
            power *= h;
            eta = (K0 * z - Omega * eta) / k;
            z = -(A * z) / k;
            x = -(A.Transpose() * x + x * A) / k;
            turn = -(Omega * turn) / k;
            Z += power * z;
            W += power * h / (k + 1) * x;
            integral += power * h / (k + 1) * z;
            H += power * eta;
            E += power * turn;
        }
        for (int k = 0; k < doublings; k++)
        {
            W += Z.Transpose() * W * Z;
            integral += integral * Z;
            H = E * H + H * Z;
            Z *= Z;
            E *= E;
        }
        return (Z, W, integral, H);
    }
}
