using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.WorkPrecision;

/// <summary>K_SS(t) = V R(t)ΛR(t)ᵀVᵀ, K_QS(t) = F Λ R(t)ᵀVᵀ, B = βI, with V a random basis and R(t) turning planes (2i, 2i+1) at one of two rates: P,
/// W_S and G_Q are known.</summary>
/// <remarks>
/// In a plane, Z = RᵀP has constant coefficients: Z' = −(βΛ + Ω)Z with Ω = ω[[0, −1], [1, 0]]. With m = β(κ₁+κ₂)/2, δ = β(κ₁−κ₂)/2, q² = δ² − ω², Z =
/// e^{−mT}(cosh qT − sinh(qT)/q·(δσ + Ω)),
/// σ = diag(1, −1); W = (I − PᵀP)/(2β); ∫Z = (βΛ + Ω)⁻¹(I − Z). K(t) is a sum of five fixed matrices with trigonometric coefficients, so that it costs what
/// an interpolated recording does.
/// </remarks>
internal sealed class RotatingKernel : KernelTrajectory
{
    private readonly double _beta;
    private readonly double[] _rates;
    private readonly DenseMatrix _constant, _testKernel;
    private readonly DenseMatrix[] _cos2, _sin2, _cos, _sin; // per rate: of K_SS with 2ωt, of K_QS with ωt

    private RotatingKernel(int M, double beta, double[] rates, double end, DenseMatrix constant, DenseMatrix testKernel, DenseMatrix[] cos2,
        DenseMatrix[] sin2, DenseMatrix[] cos, DenseMatrix[] sin)
        : base(constant.ColumnCount, M, 1, [0, end]) =>
        (_beta, _rates, _constant, _testKernel, _cos2, _sin2, _cos, _sin) = (beta, rates, constant, testKernel, cos2, sin2, cos, sin);

    public override double? Beta => _beta;

    /// <summary>The trajectory and its operators.</summary>
    /// <param name="kappa">Λ; neighbours share a plane, so their number is even. All positive.</param>
    /// <param name="M">Test outputs.</param>
    /// <param name="beta">β.</param>
    /// <param name="rates">ω of even and of odd planes.</param>
    /// <param name="end">T; s = 0.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static (KernelTrajectory Trajectory, OperatorTriple Exact) Make(double[] kappa, int M, double beta, double[] rates, double end, Backend backend)
    {
        int N = kappa.Length;
        var random = new Random(7);
        MatrixView V = Uniform(random, N, N), triangle = new DenseMatrix(N, N);
        backend.Qr(V, triangle);
        var F = Uniform(random, M, N);
        DenseMatrix Basis(Action<DenseMatrix> fill)
        {
            var blocks = new DenseMatrix(N, N);
            fill(blocks);
            return Product(Op.None, Op.Transpose, Product(Op.None, Op.None, V, blocks, backend), V, backend);
        }

        // F Λ (blocks) Vᵀ, below a zero K_SS
        DenseMatrix Test(Action<DenseMatrix> fill)
        {
            var blocks = new DenseMatrix(N, N);
            fill(blocks);
            for (int i = 0; i < N; i++)
                for (int j = 0; j < N; j++) blocks.At(i, j, kappa[i] * blocks.At(i, j));
            return Product(Op.None, Op.Transpose, Product(Op.None, Op.None, F, blocks, backend), V, backend);
        }

        IEnumerable<int> Planes(int rate) => Enumerable.Range(0, N / 2).Where(i => i % rates.Length == rate).Select(i => 2 * i);
        double Half(int i) => 0.5 * (kappa[i] - kappa[i + 1]);
        DenseMatrix[] PerRate(Func<int, DenseMatrix> make) => [.. Enumerable.Range(0, rates.Length).Select(make)];
        var trajectory = new RotatingKernel(M, beta, rates, end,
            Basis(b => { for (int i = 0; i < N; i++) b.At(i, i, 0.5 * (kappa[i & ~1] + kappa[i | 1])); }),
            TestKernel(F, kappa, backend),
            PerRate(r => Basis(b => { foreach (int i in Planes(r)) { b.At(i, i, Half(i)); b.At(i + 1, i + 1, -Half(i)); } })),
            PerRate(r => Basis(b => { foreach (int i in Planes(r)) { b.At(i, i + 1, Half(i)); b.At(i + 1, i, Half(i)); } })),
            PerRate(r => Test(b => { foreach (int i in Planes(r)) { b.At(i, i, 1); b.At(i + 1, i + 1, 1); } })),
            PerRate(r => Test(b => { foreach (int i in Planes(r)) { b.At(i, i + 1, 1); b.At(i + 1, i, -1); } })));

        DenseMatrix turned = new(N, N), squares = new(N, N), integral = new(N, N); // R Z, (I − ZᵀZ)/(2β), ∫Z
        for (int i = 0; i < N; i += 2)
        {
            double w = rates[i / 2 % rates.Length];
            double[,] z = Plane(beta * kappa[i], beta * kappa[i + 1], w, end);
            var (c, s) = (Math.Cos(w * end), Math.Sin(w * end));
            double a = beta * kappa[i], d = beta * kappa[i + 1], determinant = a * d + w * w;
            for (int k = 0; k < 2; k++)
            {
                turned.At(i, i + k, c * z[0, k] - s * z[1, k]);
                turned.At(i + 1, i + k, s * z[0, k] + c * z[1, k]);
                double x = (k == 0 ? 1 : 0) - z[0, k], y = (k == 1 ? 1 : 0) - z[1, k];
                integral.At(i, i + k, (d * x + w * y) / determinant);
                integral.At(i + 1, i + k, (a * y - w * x) / determinant);
                for (int l = 0; l < 2; l++) squares.At(i + l, i + k, ((k == l ? 1 : 0) - z[0, l] * z[0, k] - z[1, l] * z[1, k]) / (2 * beta));
            }
        }
        DenseMatrix Back(DenseMatrix blocks) => Product(Op.None, Op.Transpose, Product(Op.None, Op.None, V, blocks, backend), V, backend);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) integral.At(i, j, kappa[i] * integral.At(i, j));
        var G = Product(Op.None, Op.Transpose, Product(Op.None, Op.None, F, integral, backend), V, backend);
        return (trajectory, new OperatorTriple(Back(turned), Back(squares), G));
    }

    public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes)
    {
        var sum = new DenseMatrix(TestSize, TestSize);
        VectorRoutines.Axpy(nodes.Sum(n => n.Weight), _testKernel.Values, sum.Values);
        return sum;
    }

    protected override void KernelsCore(int interval, double time, in MatrixView kernels)
    {
        for (int j = 0; j < TrainSize; j++)
        {
            Span<double> train = kernels.Column(j)[..TrainSize], test = kernels.Column(j)[TrainSize..];
            Column(_constant, j).CopyTo(train);
            test.Clear();
            for (int r = 0; r < _rates.Length; r++)
            {
                double angle = _rates[r] * time;
                VectorRoutines.Axpy(Math.Cos(2 * angle), Column(_cos2[r], j), train);
                VectorRoutines.Axpy(Math.Sin(2 * angle), Column(_sin2[r], j), train);
                VectorRoutines.Axpy(Math.Cos(angle), Column(_cos[r], j), test);
                VectorRoutines.Axpy(Math.Sin(angle), Column(_sin[r], j), test);
            }
        }
    }

    protected override void HessianCore(int interval, double time, OutputHessian B) => B.Blocks.AsSpan().Fill(_beta);

    // e^{−AT} for A = [[a, −w], [w, d]]; the slow exponential m − q = (ad + w²)/(m + q) is formed without cancellation.
    private static double[,] Plane(double a, double d, double w, double T)
    {
        double m = 0.5 * (a + d), delta = 0.5 * (a - d), square = delta * delta - w * w;
        if (square <= 0)
        {
            double f = Math.Sqrt(-square), e = Math.Exp(-m * T), c = e * Math.Cos(f * T), s = f * T < 1e-8 ? e * T : e * Math.Sin(f * T) / f;
            return new[,] { { c - s * delta, s * w }, { -s * w, c + s * delta } };
        }
        double q = Math.Sqrt(square), slow = Math.Exp(-(a * d + w * w) / (m + q) * T), fast = Math.Exp(-(m + q) * T);
        // (1 ∓ |δ|/q)/2, with q − |δ| = −w²/(q + |δ|)
        double size = Math.Abs(delta), minus = -w * w / (q + size) / (2 * q), plus = (q + size) / (2 * q), off = w * (slow - fast) / (2 * q);
        double dragged = slow * minus + fast * plus, kept = slow * plus + fast * minus;
        return delta >= 0 ? new[,] { { dragged, off }, { -off, kept } } : new[,] { { kept, off }, { -off, dragged } };
    }

    private static DenseMatrix TestKernel(DenseMatrix F, double[] kappa, Backend backend)
    {
        var scaled = (DenseMatrix)F.Clone();
        for (int j = 0; j < kappa.Length; j++)
            for (int i = 0; i < F.RowCount; i++) scaled.At(i, j, kappa[j] * F.At(i, j));
        return Product(Op.None, Op.Transpose, F, scaled, backend);
    }

    private static DenseMatrix Product(Op opA, Op opB, in MatrixView a, in MatrixView b, Backend backend)
    {
        var c = new DenseMatrix(opA == Op.None ? a.Rows : a.Columns, opB == Op.None ? b.Columns : b.Rows);
        backend.Gemm(opA, opB, 1, a, b, 0, c);
        return c;
    }

    private static DenseMatrix Uniform(Random random, int rows, int columns) => DenseMatrix.Create(rows, columns, (_, _) => random.NextDouble() - 0.5);

    private static ReadOnlySpan<double> Column(DenseMatrix a, int j) => a.Values.AsSpan(j * a.RowCount, a.RowCount);
}
