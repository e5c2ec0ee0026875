namespace KernelFlow.Networks.Tests;

public class ParametrisationTests
{
    private const int Inputs = 50, Width = 200;

    [Fact]
    public void Standard_weights_and_biases_are_uniform_within_one_over_the_root_of_the_inputs()
    {
        var w = Create(Parametrisation.Standard).Initialise(1, 2);
        CheckUniform(w.AsSpan(0, Inputs * Width + Width), 2 / Math.Sqrt(Inputs));
        CheckUniform(w.AsSpan(Inputs * Width + Width), 2 / Math.Sqrt(Width));
    }

    [Theory]
    [InlineData(Parametrisation.Ntk)]
    [InlineData(Parametrisation.MeanField)]
    public void Other_weights_are_normal_and_biases_zero(Parametrisation parametrisation)
    {
        var w = Create(parametrisation).Initialise(1, 3);
        double variance = w.Take(Inputs * Width).Average(v => v * v) / 9;
        Check.Small(Math.Abs(variance - 1), 5 * Math.Sqrt(2.0 / (Inputs * Width)), "deviation of the variance from 1");
        Assert.All(w.Skip(Inputs * Width).Take(Width), b => Assert.Equal(0, b));
        Assert.Equal(0, w[^1]);
    }

    // The definitions, written out for one hidden layer with equal weights.
    [Theory]
    [InlineData(Parametrisation.Standard, 1, 1)]
    [InlineData(Parametrisation.Ntk, 0.14142135623730951, 0.07071067811865475)]
    [InlineData(Parametrisation.MeanField, 0.14142135623730951, 0.005)]
    public void Outputs_follow_the_multipliers(Parametrisation parametrisation, double hidden, double output)
    {
        var network = Create(parametrisation);
        double[] w = network.Initialise(4), x = JacobianTests.Normals(Inputs, 2), u = new double[1];
        new NetworkEvaluator(network, Backends.Managed).Outputs(w, x, u);
        double expected = w[^1];
        for (int k = 0; k < Width; k++)
        {
            double sum = 0;
            for (int j = 0; j < Inputs; j++) sum += w[k * Inputs + j] * x[j];
            expected += output * w[Inputs * Width + Width + k] * Math.Tanh(hidden * sum + w[Inputs * Width + k]);
        }
        Check.Close(u[0], expected, 1e-13, "output");
    }

    private static FeedForwardNetwork Create(Parametrisation parametrisation) =>
        FeedForwardNetwork.Create(Inputs, [LayerSpec.Dense(Width)], ActivationKind.Tanh, 1, parametrisation);

    private static void CheckUniform(ReadOnlySpan<double> values, double bound)
    {
        double square = 0, largest = 0;
        foreach (double v in values)
        {
            square += v * v / values.Length;
            largest = Math.Max(largest, Math.Abs(v));
        }
        // Var(v²) = 4/45·bound⁴ for a uniform variable.
        Check.Between(largest / bound, 0.9, 1, "largest value relative to the bound");
        Check.Small(Math.Abs(square / (bound * bound) - 1.0 / 3), 5 * Math.Sqrt(4.0 / 45 / values.Length),
            "deviation of the mean square from a third of the squared bound");
    }
}
