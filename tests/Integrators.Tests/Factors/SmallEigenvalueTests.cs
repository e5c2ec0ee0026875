namespace KernelFlow.Integrators.Tests.Factors;

/// <summary>Eigenvalues of W far below ε·λ_1, known exactly: J = HΣH with a Hadamard matrix H and powers of two in Σ, every entry of J exact in
/// float64.</summary>
public class SmallEigenvalueTests
{
    private const int N = 16;

    // κ_k = (16·2^{-e_k})², from 256 down to 256·2^{-66}.
    private static readonly int[] _exponents = [.. Enumerable.Range(0, N).Select(k => (33 * k + 7) / 15)];

    private static (CheckpointSequence Checkpoints, double[] Kappa) Run(double length)
    {
        var H = DenseMatrix.Create(N, N, (i, j) => System.Numerics.BitOperations.PopCount((uint)(i & j)) % 2 == 0 ? 1 : -1);
        var J = H * Matrix<double>.Build.DenseOfDiagonalArray(Array.ConvertAll(_exponents, e => Math.ScaleB(1, -e))) * H;
        // Orthogonal columns added to it would change nothing; a test set that sees every mode.
        var Q = J.SubMatrix(0, 3, 0, N) * 0.5;
        var checkpoints = new CheckpointSequence(new[] { 0, 1 }.Select(k => new Checkpoint(k * length, k,
            new MemoryTensor("U_S", new double[N], N), new MemoryTensor("U_Q", new double[3], 3), MemoryTensor.FromMatrix("J_S", J),
                MemoryTensor.FromMatrix("J_Q", Q))),
            LossModel.Squared(new double[N], 1));
        return (checkpoints, Array.ConvertAll(_exponents, e => 256 * Math.ScaleB(1, -2 * e)));
    }

    [Theory]
    [InlineData(0.01)] // 2βκ_1 T = 0.32: nothing saturated
    [InlineData(50)] // 1600: stiff, the leading modes saturated
    public void FactorResolvesWhatTheMatrixCannot(double length)
    {
        var (checkpoints, kappa) = Run(length);
        var backend = Backends.Managed;
        var trajectory = TrajectoryBuilder.Read(checkpoints, OutputRecord.Read(checkpoints), backend).Linear([0, 1]);
        var propagation = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "gauss-6", RelativeTolerance = 1e-12 }, backend);
        var factor = new FlowFactor(new FlowGrid(trajectory, propagation, backend), JacobianCoordinates.Read(checkpoints, trajectory, backend));
        const double beta = 1.0 / N;
        double[] exact = [.. kappa.Select(k => Math.Sqrt(-ExpMinusOne(-2 * beta * k * length) / (2 * beta))).OrderDescending()];
        double[] sigma = new double[N], W = new double[N];
        backend.Svd(factor.Triangle(), sigma, new DenseMatrix(N, N), new DenseMatrix(N, N));
        backend.SymmetricEigen(DenseMatrix.OfMatrix(propagation.W_S), W, vectors: false);
        Check.Between(exact[^1] / exact[0], 1e-11, 1e-8, "√(λ_N/λ_1): the planted range");
        // The integration is asked for to 1e-12, relative to each σ here; rounding is absolute, a few ε·σ_1 at any size.
        double worst = Enumerable.Range(0, N).Max(j => (Math.Abs(sigma[j] - exact[j]) - 1e-12 * exact[j]) / exact[0]);
        Check.Small(worst, Check.Eps, "(|σ_j − √λ_j| − 1e-12·√λ_j)/σ_1");
        Check.Small(Math.Abs(sigma[^1] * sigma[^1] / (exact[^1] * exact[^1]) - 1), 1e-6,
            FormattableString.Invariant($"relative error of λ_N = {exact[^1] * exact[^1] / (exact[0] * exact[0]):g3}·λ_1"));
        // The matrix has lost the small ones: this is what the factor is for.
        double lost = Math.Abs(W[0] / (exact[^1] * exact[^1]) - 1);
        Check.AtLeast(lost, 10, "relative error of λ_N of the dense matrix, without which nothing is shown");
    }

    private static double ExpMinusOne(double x) => x < -700 ? -1 : 2 * Math.Sinh(0.5 * x) * Math.Exp(0.5 * x);
}
