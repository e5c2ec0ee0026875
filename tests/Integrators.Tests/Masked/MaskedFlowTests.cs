namespace KernelFlow.Integrators.Tests.Masked;

/// <summary>Outputs of examples that do not train: against models that are trained without them, in parameter space.</summary>
public class MaskedFlowTests
{
    private static readonly double[] s_knots = [0, 0.3, 1.1, 3];

    private static Matrix<double> Random(int rows, int columns, int seed) => Matrix<double>.Build.Random(rows, columns, seed);

    private static TrajectoryProducts Products(int p, Func<double, Matrix<double>> J)
    {
        int N = J(0).RowCount;
        var trajectory = FormulaTrajectory.FromJacobians(p, s_knots, J, _ => new DenseMatrix(p, J(0).ColumnCount), FormulaTrajectory.Scalar(N, 1), 1);
        return new TrajectoryProducts(trajectory, Backend.Managed(1));
    }

    /// <summary>A linear model in closed form: θ(T) of the flow on the other examples, by the eigenvectors of their own kernel.</summary>
    [Fact]
    public void ALinearModelIsPredictedAsIfItWereTrainedWithoutTheExample()
    {
        int n = 8;
        var x = Random(n, 5, 1);
        double[] y = [.. Random(n, 1, 2).Column(0)], start = [.. Random(n, 1, 3).Column(0)];
        var found = MaskedFlow.Run(Products(1, _ => x), LossModel.Squared(y, 1), start, 5e-11);
        for (int i = 0; i < n; i++)
        {
            int[] others = [.. Enumerable.Range(0, n).Where(j => j != i)];
            var xo = DenseMatrix.OfRowVectors(others.Select(x.Row));
            var evd = (xo * xo.Transpose()).Evd(Symmetricity.Symmetric);
            var residual = Vector<double>.Build.DenseOfEnumerable(others.Select(j => start[j] - y[j]));
            // ∫e^{−κt/n}dt/n, which is (1 − e^{−κT/n})/κ; T/n where κ vanishes.
            var weights = evd.EigenValues.Map(e => Math.Abs(e.Real) < 1e-12 ? s_knots[^1] / n : -Math.Exp(-e.Real * s_knots[^1] / n) / e.Real + 1 / e.Real);
            double expected = start[i] - x.Row(i) * xo.Transpose() * (evd.EigenVectors * weights.PointwiseMultiply(evd.EigenVectors.Transpose() * residual));
            Check.Small(Math.Abs(found.HeldOut[^1][i] - expected), 1e-10, FormattableString.Invariant($"u_{i} without example {i}"));
        }
    }

    /// <summary>Cross-entropy and a constant Jacobian: gradient flow of the parameters on the other examples, by the classical Runge–Kutta method.</summary>
    [Fact]
    public void ANonlinearLossIsPredictedAsIfItWereTrainedWithoutTheExample()
    {
        int n = 6, p = 3, D = 4;
        var J = 2 * Random(n * p, D, 4);
        double[] y = [.. Enumerable.Range(0, n * p).Select(i => i % p == i / p % p ? 1.0 : 0)], start = [.. Random(n * p, 1, 5).Column(0)];
        var loss = LossModel.SoftmaxCrossEntropy(y, p);
        var found = MaskedFlow.Run(Products(p, _ => J), loss, start, 1e-9);
        for (int i = 0; i < n; i++)
        {
            int example = i;
            var theta = RungeKutta(Vector<double>.Build.Dense(D), 4000, (_, v) =>
            {
                var g = new double[n * p];
                loss.Gradient((Vector<double>.Build.Dense(start) + J * v).ToArray(), g);
                g.AsSpan(example * p, p).Clear();
                return -J.TransposeThisAndMultiply(Vector<double>.Build.Dense(g));
            });
            var expected = Vector<double>.Build.Dense(start) + J * theta;
            for (int a = 0; a < p; a++)
                Check.Small(Math.Abs(found.HeldOut[^1][i * p + a] - expected[i * p + a]), 1e-8, FormattableString.Invariant($"output {a} without example {i}"));
        }
    }

    /// <summary>A kernel that moves, stiff at first: the same equation by the classical Runge–Kutta method in small steps. The error is within what was
    /// allowed, and follows it.</summary>
    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-5)]
    [InlineData(1e-7)]
    public void ErrorsAreWithinTheTolerance(double tolerance)
    {
        int n = 7;
        Matrix<double> a = 12 * Random(n, 9, 6), b = 5 * Random(n, 9, 7);
        Matrix<double> Jacobian(double t) => a + Math.Sin(t) * b;
        double[] y = [.. Random(n, 1, 8).Column(0)], start = new double[n];
        var loss = LossModel.Squared(y, 1);
        var found = MaskedFlow.Run(Products(1, Jacobian), loss, start, tolerance);
        double error = 0, moved = 0;
        for (int i = 0; i <= n; i++)
        {
            int example = i;
            var u = RungeKutta(Vector<double>.Build.Dense(start), 8000, (t, v) =>
            {
                var g = new double[n];
                loss.Gradient(v.ToArray(), g);
                if (example < n) g[example] = 0;
                var J = Jacobian(t);
                return -(J * J.TransposeThisAndMultiply(Vector<double>.Build.Dense(g)));
            });
            moved += u.DotProduct(u);
            error += example < n ? Math.Pow(u[example] - found.HeldOut[^1][example], 2)
                : (u - Vector<double>.Build.Dense(found.Whole[^1])).DotProduct(u - Vector<double>.Build.Dense(found.Whole[^1]));
        }
        Check.Small(Math.Sqrt(error / moved), tolerance, $"error relative to the movement at a tolerance of {tolerance}, in {found.Steps} steps");
    }

    /// <summary>States at every knot, the first of which is the start; the unmasked path is none of the masked ones.</summary>
    [Fact]
    public void StatesAreKeptAtEveryKnot()
    {
        var x = Random(5, 3, 9);
        double[] y = [1, -1, 1, -1, 1], start = [0.1, 0.2, 0.3, 0.4, 0.5];
        var found = MaskedFlow.Run(Products(1, _ => x), LossModel.Squared(y, 1), start, 1e-4);
        Assert.Equal((s_knots.Length, s_knots.Length), (found.HeldOut.Count, found.Whole.Count));
        Assert.Equal(start, found.HeldOut[0]);
        Assert.Equal(start, found.Whole[0]);
        double apart = Enumerable.Range(0, 5).Max(i => Math.Abs(found.HeldOut[^1][i] - found.Whole[^1][i]));
        Assert.True(apart > 1e-3, $"An example moves its own output; observed {apart}.");
        Assert.True(found.Products >= 6L * found.Steps * 2, $"{found.Products} products in {found.Steps} steps");
    }

    [Fact]
    public void ALossWithoutAFormulaIsRefused()
    {
        var products = Products(1, _ => Random(5, 3, 9));
        var error = Assert.Throws<ArgumentException>(() => MaskedFlow.Run(products, LossModel.Custom(5, 1), new double[5], 1e-4));
        Assert.Contains("custom has no formula", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MaskedFlow.Run(products, LossModel.Squared(new double[4], 1), new double[5], 1e-4));
    }

    private static Vector<double> RungeKutta(Vector<double> start, int steps, Func<double, Vector<double>, Vector<double>> slope)
    {
        double h = s_knots[^1] / steps, t = 0;
        for (int k = 0; k < steps; k++, t += h)
        {
            var k1 = slope(t, start);
            var k2 = slope(t + h / 2, start + h / 2 * k1);
            var k3 = slope(t + h / 2, start + h / 2 * k2);
            start += h / 6 * (k1 + 2 * k2 + 2 * k3 + slope(t + h, start + h * k3));
        }
        return start;
    }
}
