namespace KernelFlow.Networks;

/// <summary>How a layer's weights enter its output and how they are drawn.</summary>
internal static class Parametrisation
{
    /// <summary>What a layer needs: the multiplier α of z = α W a + b, and the distribution of W and b.</summary>
    /// <param name="Multiplier">α.</param>
    /// <param name="UniformBound">W and b uniform on ±bound.</param>
    public readonly record struct Factors(double Multiplier, double UniformBound)
    {
        /// <summary>Draws weights, then biases, each times <paramref name="scale"/>.</summary>
        public void Initialise(Span<double> weights, Span<double> bias, RandomStream random, double scale)
        {
            foreach (ref double w in weights) w = scale * UniformBound * (2 * random.NextUniform() - 1);
            foreach (ref double b in bias) b = scale * UniformBound * (2 * random.NextUniform() - 1);
        }
    }

    /// <summary>The factors of a layer with the given number of inputs to each unit.</summary>
    public static Factors For(int fanIn) => new(1, 1 / Math.Sqrt(fanIn));
}
