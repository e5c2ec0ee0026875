namespace KernelFlow.Networks.Layers;

/// <summary>What a parametrisation means for one layer z = α W a + b.</summary>
/// <param name="Multiplier">α, the factor of the weights.</param>
/// <param name="UniformBound">W and b uniform on ± this bound; null: W standard normal and b = 0.</param>
internal readonly record struct WeightScaling(double Multiplier, double? UniformBound)
{
    /// <summary>The scaling of a layer with <paramref name="fanIn"/> inputs to each unit.</summary>
    public static WeightScaling For(Parametrisation parametrisation, int fanIn, bool isOutput) => parametrisation switch
    {
        Parametrisation.Standard => new(1, 1 / Math.Sqrt(fanIn)),
        Parametrisation.Ntk => new(1 / Math.Sqrt(fanIn), null),
        Parametrisation.MeanField => new(isOutput ? 1.0 / fanIn : 1 / Math.Sqrt(fanIn), null),
        _ => throw new ArgumentOutOfRangeException(nameof(parametrisation), parametrisation, "Not a parametrisation."),
    };

    /// <summary>Draws weights, then biases, each times <paramref name="scale"/>.</summary>
    public void Initialise(Span<double> weights, Span<double> bias, RandomStream random, double scale)
    {
        if (UniformBound is { } bound)
        {
            foreach (ref double w in weights) w = scale * bound * (2 * random.NextUniform() - 1);
            foreach (ref double b in bias) b = scale * bound * (2 * random.NextUniform() - 1);
            return;
        }
        foreach (ref double w in weights) w = scale * random.NextNormal();
        bias.Clear();
    }
}
