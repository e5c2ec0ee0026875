namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>The quadrature of J̄: its order in η, its size with momentum and Adam, and past the edge of stability.</summary>
public class ConvergenceTests
{
    [Theory]
    [InlineData(1, ChordQuadrature.Trapezium, 2)]
    [InlineData(1, ChordQuadrature.Midpoint, 4)]
    [InlineData(3, ChordQuadrature.Trapezium, 2)]
    [InlineData(3, ChordQuadrature.Midpoint, 4)]
    public void ErrorsFallWithTheOrderOfTheQuadrature(int p, ChordQuadrature quadrature, int order)
    {
        double[] errors = [.. new[] { 1, 2, 4 }.Select(division =>
        {
            var c = Runs.Network("gradient-descent", p, (p == 1 ? 0.1 : 0.4) / division, 20 * division).Record();
            return Runs.Errors(c, Runs.Run(c, quadrature)).C4;
        })];
        Check.Between(Math.Log2(errors[0] / errors[1]), order - 0.3, order + 0.3, $"order from η to η/2 (errors {errors[0]:e2}, {errors[1]:e2})");
        Check.Between(Math.Log2(errors[1] / errors[2]), order - 0.2, order + 0.2, $"order from η/2 to η/4 (errors {errors[1]:e2}, {errors[2]:e2})");
    }

    [Theory]
    [InlineData("momentum", 1, 0.05)]
    [InlineData("momentum", 3, 0.1)]
    [InlineData("adam", 1, 0.02)]
    [InlineData("adam", 3, 0.02)]
    public void MomentumAndAdamWithMidpoints(string kind, int p, double eta)
    {
        var c = Runs.Network(kind, p, eta, 60).Record();
        DescentResult fine = Runs.Run(c, ChordQuadrature.Midpoint), coarse = Runs.Run(c, ChordQuadrature.Trapezium);
        double C4 = Runs.Errors(c, fine).C4, trapezium = Runs.Errors(c, coarse).C4;
        Check.Small(C4, 5e-6, "C4 with midpoints");
        Check.Small(C4, 0.02 * trapezium, "C4 with midpoints against a fiftieth of the trapezium's");
    }

    /// <summary>z between 2 and 2.6: gradient flow has no meaning here, descent mode still predicts.</summary>
    [Theory]
    [InlineData(1, 6, 1.7, SegmentQuadrature.Simpson)]
    [InlineData(1, 6, 2.1, SegmentQuadrature.Simpson)]
    [InlineData(3, 40, 1.2, SegmentQuadrature.Gauss)]
    [InlineData(3, 40, 1.0, SegmentQuadrature.Gauss)]
    public void PastTheEdgeOfStability(int p, int hidden, double eta, SegmentQuadrature segment)
    {
        var c = Runs.Network("gradient-descent", p, eta, 40, hidden).Record();
        var result = Runs.Run(c, ChordQuadrature.Midpoint, segment);
        Check.Between(result.Record.LargestZ, 2.0, 2.6, "z");
        Check.Small(Runs.Errors(c, result).C4, 5e-3, "C4");
        Check.AtLeast(result.Record.Amplification, 1, "amplification past the edge");
        Assert.Equal(2, result.Record.StabilityEdge);
    }

    /// <summary>Long steps in output space: what Simpson's rule for B̄ leaves is most of the error, although z is below the edge.</summary>
    [Fact]
    public void GaussLeavesLessThanSimpson()
    {
        var c = Runs.Network("gradient-descent", 3, 0.3, 40, hidden: 200, scale: 0.5).Record();
        var simpson = Runs.Run(c);
        double error = Runs.Errors(c, simpson).C4, gauss = Runs.Errors(c, Runs.Run(c, segment: SegmentQuadrature.Gauss)).C4;
        Check.Small(simpson.Record.LargestZ, 2, "z");
        Check.Small(gauss, 2e-5 * error, "C4 with Gauss against 2e-5 of Simpson's");
    }

    /// <summary>B̄ Δu = g(u + Δu) − g(u) and gᵀΔu + ½ΔuᵀB̄'Δu = Φ(u + Δu) − Φ(u), the identities that define them.</summary>
    [Theory]
    [InlineData(SegmentQuadrature.Gauss, 4.0, 1e-10)]
    [InlineData(SegmentQuadrature.Simpson, 0.01, 1e-9)]
    public void AveragedHessiansKeepTheirIdentities(SegmentQuadrature rule, double length, double bound)
    {
        var loss = LossModel.SoftmaxCrossEntropy(Runs.Classes(5, 3), 3);
        double[] u = Runs.Targets(15, 1), du = [.. Runs.Targets(15, 2).Select(v => length * v)], next = [.. u.Zip(du, (a, b) => a + b)],
            g = new double[15], after = new double[15];
        loss.Gradient(u, g);
        loss.Gradient(next, after);
        OutputHessian a = new(5, 3), b = new(5, 3);
        loss.Hessian(u, a);
        loss.Hessian(next, b);
        var chord = new ChordHessian(5, 3);
        chord.Fill(loss, u, next, a, b, rule);
        Vector<double> d = Vector<double>.Build.DenseOfArray(du), change = Vector<double>.Build.DenseOfArray(after) - Vector<double>.Build.DenseOfArray(g);
        Check.Small((Runs.Hessian(chord.Average) * d - change).L2Norm() / change.L2Norm(), bound, "B̄Δu against Δg");
        double expected = loss.Value(next) - loss.Value(u) - Vector<double>.Build.DenseOfArray(g) * d;
        Check.Small(Math.Abs(0.5 * (d * (Runs.Hessian(chord.Remainder) * d)) / expected - 1), bound * 10, "½ΔuᵀB̄'Δu");
    }

    [Theory]
    [InlineData("gradient-descent")]
    [InlineData("adam")]
    public void SharpnessIsTheLargestEigenvalue(string kind)
    {
        var c = Runs.Network(kind, 3, kind == "adam" ? 0.02 : 0.8, 15).Record();
        var o = OutputRecord.Read(c);
        var z = Runs.Run(c).Record.Z;
        for (int k = 0; k < 15; k++)
        {
            var J = Runs.Jacobian(c[k], "J_S", 24);
            var scaled = kind == "adam" ? J * Matrix<double>.Build.DenseOfDiagonalArray(c[k]["preconditioner"].ReadAll()) : J;
            double expected = (c[k + 1].Time - c[k].Time) * (Runs.Hessian(o.Hessians[k]) * (scaled * J.Transpose()))
                .Evd(Symmetricity.Asymmetric).EigenValues.Max(v => v.Real);
            Check.Small(Math.Abs(z[k] / expected - 1), 3e-13, $"z of step {k}");
        }
    }

    [Theory]
    [InlineData("gradient-descent", 2.0)]
    [InlineData("momentum", 3.6)]
    [InlineData("adam", 38.0)]
    public void StabilityEdges(string kind, double edge) =>
        Check.Small(Math.Abs(Runs.Run(Runs.Exact(kind, 3).Record()).Record.StabilityEdge - edge), 4 * Check.Eps * edge, "edge");
}
