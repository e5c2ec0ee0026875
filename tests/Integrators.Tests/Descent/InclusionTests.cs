namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>ker W_d ⊆ ker G_d at any learning rate: a duplicated input plants v = e_i − e_j with J_Sᵀv = 0 for good.</summary>
public class InclusionTests
{
    [Theory]
    [InlineData("gradient-descent", 0.4, ChordQuadrature.Trapezium)]
    [InlineData("gradient-descent", 2.0, ChordQuadrature.Midpoint)]
    [InlineData("momentum", 0.05, ChordQuadrature.Trapezium)]
    [InlineData("adam", 0.02, ChordQuadrature.Midpoint)]
    public void APlantedKernelVectorIsInvisibleAndStaysWhereItIs(string kind, double eta, ChordQuadrature quadrature)
    {
        var inputs = Runs.Inputs(12, 3, 2);
        inputs[5] = inputs[2];
        // Different targets: g is not symmetric in the pair.
        var c = new Training(new Tanh(inputs, 6, 1), 8, LossModel.Squared(Runs.Targets(8, 5), 1)) { Optimizer = Runs.Named(kind),
            Rates = Training.Constant(eta, 30), Midpoints = true }.Record();
        var p = Runs.Run(c, quadrature).Propagation;
        var v = Vector<double>.Build.Dense(8);
        (v[2], v[5]) = (1, -1);
        Check.Small((p.W_S * v).L2Norm(), 1e-14 * p.W_S.FrobeniusNorm(), "‖W_d v‖");
        Check.Small((p.G_Q * v).L2Norm(), 1e-14 * p.G_Q.FrobeniusNorm(), "‖G_d v‖");
        Check.Small((p.P * v - v).L2Norm(), 1e-14, "‖P v − v‖");
        Check.Small(-RandomMatrices.SmallestEigenvalue(p.W_S), 1e-13 * p.W_S.FrobeniusNorm(), "negative part of W_d");
    }
}
