namespace KernelFlow.Integrators.Tests.Vectors;

/// <summary>Flows of one vector of outputs: a frozen kernel against closed forms, and the first-order form of population risk against eigenvectors.</summary>
public class VectorFlowTests
{
    private static readonly double[] s_knots = [0, 0.4, 1.5, 4];

    private static Matrix<double> Random(int rows, int columns, int seed) => Matrix<double>.Build.Random(rows, columns, seed);

    private static DenseMatrix Kernel(Matrix<double> J) => (DenseMatrix)(J * J.Transpose());

    /// <summary>∫g of squared loss is V(1 − e^{−κt/n})/κ Vᵀ(u − y), a stiff kernel among them; its part outside the kernel does not count.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public void AFrozenKernelAndSquaredLossAreTheClosedForm(double scale)
    {
        int n = 8;
        var K = Kernel(scale * Random(n, 12, 1));
        double[] y = [.. Random(n, 1, 2).Column(0)], start = [.. Random(n, 1, 3).Column(0)];
        var found = Vector<double>.Build.Dense(FrozenFlow.Run(K, LossModel.Squared(y, 1), start, 3, 1e-8));
        var evd = K.Evd(Symmetricity.Symmetric);
        var part = evd.EigenVectors.TransposeThisAndMultiply(Vector<double>.Build.Dense(n, i => start[i] - y[i]));
        var expected = evd.EigenVectors
            * Vector<double>.Build.Dense(n, j => part[j] * (1 - Math.Exp(-3 * evd.EigenValues[j].Real / n)) / evd.EigenValues[j].Real);
        Check.Small((K * (found - expected)).L2Norm() / (K * expected).L2Norm(), 1e-7, "K∫g against the closed form");
    }

    /// <summary>One output and one example: u′ = κ/(1 + e^u) has the integral u + e^u = κt + u_0 + e^{u_0}.</summary>
    [Fact]
    public void AFrozenKernelAndLogisticLossAreTheClosedForm()
    {
        const double kappa = 5, time = 7, start = -2;
        double x = FrozenFlow.Run(DenseMatrix.OfArray(new[,] { { kappa } }), LossModel.Logistic([1]), [start], time, 1e-9)[0], u = start - kappa * x;
        Check.Close(u + Math.Exp(u), kappa * time + start + Math.Exp(start), 1e-8, "u + e^u");
    }

    /// <summary>Cross-entropy of three outputs by the classical Runge–Kutta method in small steps.</summary>
    [Fact]
    public void AFrozenKernelAndCrossEntropyAreTheSameByAnotherMethod()
    {
        int n = 4, p = 3, N = n * p, steps = 4000;
        var K = Kernel(2 * Random(N, 9, 7));
        var loss = LossModel.SoftmaxCrossEntropy([.. Enumerable.Range(0, N).Select(i => i % p == i / p % p ? 1.0 : 0)], p);
        double[] start = [.. Random(N, 1, 8).Column(0)];
        const double time = 6;
        Vector<double> u = Vector<double>.Build.Dense(start), sum = Vector<double>.Build.Dense(N);
        Vector<double> Gradient(Vector<double> at)
        {
            var g = new double[N];
            loss.Gradient(at.ToArray(), g);
            return Vector<double>.Build.Dense(g);
        }
        double h = time / steps;
        for (int k = 0; k < steps; k++)
        {
            Vector<double> a = Gradient(u), b = Gradient(u - h / 2 * (K * a)), c = Gradient(u - h / 2 * (K * b)), d = Gradient(u - h * (K * c));
            var mean = (a + 2 * b + 2 * c + d) / 6;
            (u, sum) = (u - h * (K * mean), sum + h * mean);
        }
        var found = Vector<double>.Build.Dense(FrozenFlow.Run(K, loss, start, time, 1e-7));
        Check.Small((K * (found - sum)).L2Norm() / (K * sum).L2Norm(), 1e-6, "K∫g beside the classical Runge–Kutta method");
    }

    [Fact]
    public void NoTimeAndNoKernelMoveNothing()
    {
        var loss = LossModel.Squared([1, 2], 1);
        Assert.Equal([0, 0], FrozenFlow.Run(DenseMatrix.CreateIdentity(2), loss, [3, 3], 0, 1e-6));
        Assert.Equal([4, 2], FrozenFlow.Run(new DenseMatrix(2, 2), loss, [3, 3], 4, 1e-6));
    }

    /// <summary>Constant K, two outputs per example: ∫gᵀK_D g = Σ_jk c_jc_k(VᵀK_DV)_jk(1 − e^{−(κ_j+κ_k)t/n})n/(κ_j+κ_k), and ∫gᵀKg is what the loss
    /// lost.</summary>
    [Fact]
    public void TheFirstOrderFormOfAConstantKernelIsTheClosedForm()
    {
        int n = 5, p = 2, N = n * p;
        var J = 1.5 * Random(N, 14, 4);
        var K = Kernel(J);
        double[] y = [.. Random(N, 1, 5).Column(0)], start = [.. Random(N, 1, 6).Column(0)];
        var loss = LossModel.Squared(y, p);
        var trajectory = FormulaTrajectory.FromJacobians(p, s_knots, _ => J, _ => new DenseMatrix(p, 14), FormulaTrajectory.Scalar(N, 1), 1);
        var found = FirstOrderRisk.Run(trajectory, loss, start, 1e-6);
        var evd = K.Evd(Symmetricity.Symmetric);
        var g = Vector<double>.Build.Dense(N, i => (start[i] - y[i]) / n);
        var c = evd.EigenVectors.TransposeThisAndMultiply(g);
        var own = DenseMatrix.Create(N, N, (i, j) => i / p == j / p ? K[i, j] : 0);
        var inModes = evd.EigenVectors.Transpose() * own * evd.EigenVectors;
        for (int k = 0; k < s_knots.Length; k++)
        {
            double expected = 0;
            for (int i = 0; i < N; i++)
                for (int j = 0; j < N; j++)
                {
                    double rate = (evd.EigenValues[i].Real + evd.EigenValues[j].Real) / n;
                    expected += c[i] * c[j] * inModes[i, j] * (rate < 1e-12 ? s_knots[k] : (1 - Math.Exp(-rate * s_knots[k])) / rate);
                }
            var residual = evd.EigenVectors * Vector<double>.Build.Dense(N, j => n * c[j] * Math.Exp(-evd.EigenValues[j].Real * s_knots[k] / n));
            Check.Small(Math.Abs(found[k].Own - expected), 1e-5 * (1 + expected), FormattableString.Invariant($"∫gᵀK_D g at knot {k}"));
            Check.Small(Math.Abs(found[k].All - loss.Value(start) + residual.DotProduct(residual) / (2 * n)), 1e-5 * (1 + found[k].All),
                FormattableString.Invariant($"∫gᵀKg beside the loss at knot {k}"));
        }
        Check.AtLeast(Math.Abs(found[^1].All - found[^1].Own), 1e-2, "what examples do to each other");
    }
}
