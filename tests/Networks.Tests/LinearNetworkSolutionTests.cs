using MathNet.Numerics.Integration;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Networks.Tests;

public class LinearNetworkSolutionTests
{
    private static readonly LinearNetworkSolution s_solution = new(new LinearNetworkOptions());

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.3)]
    [InlineData(20.0)]
    public void Kernels_are_the_products_of_the_Jacobians(double t)
    {
        var (J_S, J_Q) = (s_solution.J_S(t), s_solution.J_Q(t));
        Check.Close(s_solution.K_SS(t), J_S * J_S.Transpose(), 1e-14, "K_SS");
        Check.Close(s_solution.K_QS(t), J_Q * J_S.Transpose(), 1e-14, "K_QS");
    }

    [Fact]
    public void Jacobians_are_those_of_the_network()
    {
        var options = new LinearNetworkOptions();
        const double T = 0.9, Step = 1e-5;
        double[] w = s_solution.Weights(T), x = Inputs(options);
        var J = s_solution.J_S(T);
        double error = 0;
        for (int k = 0; k < w.Length; k++)
        {
            double[] plus = Outputs(options, x, w, k, Step), minus = Outputs(options, x, w, k, -Step);
            for (int r = 0; r < plus.Length; r++) error = Math.Max(error, Math.Abs((plus[r] - minus[r]) / (2 * Step) - J[r, k]));
        }
        // Outputs are products of two weights: central differences have no truncation error, and rounding leaves ε/Step.
        Check.Small(error, 1e-9, "largest difference");
        Check.CloseEntries(s_solution.At(T)["U_S"].ReadAll(), Outputs(options, x, w, 0, 0), 5e-15, "U_S");
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.1)]
    [InlineData(3.0)]
    public void Weights_follow_the_gradient_flow(double t)
    {
        const double Step = 1e-4;
        double[] plus = s_solution.Weights(t + Step), minus = s_solution.Weights(t - Step), g = s_solution.At(t)["g"].ReadAll();
        var flow = s_solution.J_S(t).TransposeThisAndMultiply(DenseVector.OfArray(g));
        for (int k = 0; k < plus.Length; k++) Check.Small(Math.Abs((plus[k] - minus[k]) / (2 * Step) + flow[k]), 1e-7, $"dw/dt + Jᵀg of parameter {k}");
    }

    [Fact]
    public void Propagator_solves_its_equation_and_starts_at_the_identity()
    {
        const double S = 0.4, T = 1.7, Step = 1e-4;
        Check.Close(s_solution.P(S, S), DenseMatrix.CreateIdentity(20), 1e-15, "P(s, s)");
        var derivative = (s_solution.P(T + Step, S) - s_solution.P(T - Step, S)) / (2 * Step);
        Check.Close(derivative, s_solution.K_SS(T) * s_solution.P(T, S) * (-s_solution.Loss.Beta!.Value), 1e-7, "dP/dt");
        Check.Close(s_solution.P(T, S), s_solution.P(T, 1.0) * s_solution.P(1.0, S), 1e-14, "P(t, s) composed");
    }

    // Against Gauss–Legendre quadrature of the defining integrals, with P as checked above.
    [Theory]
    [InlineData(0.0, 2.5)]
    [InlineData(0.7, 6.0)]
    public void Gramian_and_transfer_operators_are_their_integrals(double s, double T)
    {
        var rule = new GaussLegendreRule(s, T, 64);
        var W = new DenseMatrix(20, 20);
        var G_S = new DenseMatrix(20, 20);
        var G_Q = new DenseMatrix(12, 20);
        for (int i = 0; i < rule.Order; i++)
        {
            var (P, K) = (s_solution.P(rule.Abscissas[i], s), s_solution.K_SS(rule.Abscissas[i]));
            W += (DenseMatrix)(P.Transpose() * K * P * rule.Weights[i]);
            G_S += (DenseMatrix)(K * P * rule.Weights[i]);
            G_Q += (DenseMatrix)(s_solution.K_QS(rule.Abscissas[i]) * P * rule.Weights[i]);
        }
        Check.Close(s_solution.W_S(s, T), W, 5e-14, "W_S");
        Check.Close(s_solution.G_S(T, s), G_S, 1e-13, "G_S");
        Check.Close(s_solution.G_Q(T, s), G_Q, 1e-13, "G_Q");
    }

    [Fact]
    public void Transfer_operators_and_Gramian_give_the_displacements_and_the_loss()
    {
        const double S = 0.2, T = 9;
        Checkpoint from = s_solution.At(S), to = s_solution.At(T);
        var g = DenseVector.OfArray(from["g"].ReadAll());
        foreach (var (set, G) in new[] { ("U_Q", s_solution.G_Q(T, S)), ("U_S", s_solution.G_S(T, S)) })
        {
            var displacement = DenseVector.OfArray(to[set].ReadAll()) - DenseVector.OfArray(from[set].ReadAll());
            Check.Close(-(G * g), displacement, 2e-14, set);
        }
        double lost = to["loss"].ReadAll()[0] - from["loss"].ReadAll()[0];
        Check.Close(-(g * (s_solution.W_S(S, T) * g)), lost, 1e-14, "change of the loss");
    }

    [Fact]
    public void Features_are_learned_and_what_no_linear_map_reaches_is_reservoir()
    {
        double growth = s_solution.K_SS(20).L2Norm() / s_solution.K_SS(0).L2Norm();
        Check.Between(growth, 10, 1000, "growth of the kernel");
        // n − d = 5 directions outside the inputs, times p = 2; both targets and inputs have every mode on one side.
        var eigen = s_solution.W_S(0, 20).Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric).EigenValues;
        Assert.Equal(10, eigen.Count(v => Math.Abs(v.Real) < 1e-12));
        Check.Between(new DenseVector(s_solution.At(20)["g"].ReadAll()).L2Norm(), 1e-2, 10, "what is left of the gradient");
    }

    [Fact]
    public void A_recorded_solution_opens()
    {
        string folder = Directory.CreateTempSubdirectory("kernelflow-linear-").FullName;
        try
        {
            s_solution.Record([0, 0.5, 1.25], folder);
            using var run = RecordedRun.Open(folder);
            Assert.Equal([0, 0.5, 1.25], run.Checkpoints.Select(c => c.Time));
            Assert.Equal(s_solution.At(1.25)["J_Q"].ReadAll(), run.Checkpoints[2]["J_Q"].ReadAll());
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_by_name()
    {
        Assert.Contains("Train = 4", Assert.Throws<ArgumentException>(() => new LinearNetworkSolution(new LinearNetworkOptions { Train = 4 })).Message);
        Assert.Contains("Targets of 2 modes",
            Assert.Throws<ArgumentException>(() => new LinearNetworkSolution(new LinearNetworkOptions { Outputs = 1 })).Message);
        Assert.Contains("Hidden = 1", Assert.Throws<ArgumentException>(() => new LinearNetworkSolution(new LinearNetworkOptions { Hidden = 1 })).Message);
    }

    // The inputs themselves, from J: ∂u/∂W₁[k, j] = W₂[c, k] x_j.
    private static double[] Inputs(LinearNetworkOptions options)
    {
        int d = options.InputSize, h = options.Hidden, p = options.Outputs;
        double[] w = s_solution.Weights(0.9);
        var J = s_solution.J_S(0.9);
        var x = new double[options.Train * d];
        for (int i = 0; i < options.Train; i++)
            for (int j = 0; j < d; j++) x[i * d + j] = J[i * p, j] / w[h * d];
        return x;
    }

    private static double[] Outputs(LinearNetworkOptions options, double[] x, double[] w, int changed, double by)
    {
        w = (double[])w.Clone();
        w[changed] += by;
        int d = options.InputSize, h = options.Hidden, p = options.Outputs, n = options.Train;
        var u = new double[n * p];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < h; k++)
            {
                double hidden = 0;
                for (int j = 0; j < d; j++) hidden += w[k * d + j] * x[i * d + j];
                for (int c = 0; c < p; c++) u[i * p + c] += w[h * d + c * h + k] * hidden;
            }
        return u;
    }
}
