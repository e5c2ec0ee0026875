using KernelFlow.Networks;
using KernelFlow.Networks.Layers;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>A small network: hidden layers with one activation, then a dense output layer. Immutable; parameters are one flat vector w of length D.</summary>
/// <remarks>
/// Order of w, and so of the columns of every Jacobian: layer by layer from the input; in a layer the weights (dense: row-major output × input), then the
/// biases: PyTorch's order. Evaluate with a <see cref="NetworkEvaluator"/>.
/// </remarks>
public sealed class FeedForwardNetwork
{
    internal FeedForwardNetwork(int inputSize, Layer[] layers)
    {
        InputSize = inputSize;
        Layers = layers;
        Offsets = new int[layers.Length];
        for (int l = 0; l < layers.Length; l++)
        {
            Offsets[l] = Parameters;
            Parameters = checked(Parameters + layers[l].ParameterCount);
        }
    }

    /// <summary>Values per input.</summary>
    public int InputSize { get; }

    /// <summary>p: outputs per example.</summary>
    public int Outputs => Layers[^1].OutputSize;

    /// <summary>D: number of parameters.</summary>
    public int Parameters { get; }

    internal Layer[] Layers { get; }

    internal int[] Offsets { get; }

    /// <summary>Builds hidden layers and output layer.</summary>
    /// <param name="inputSize">Values per input.</param>
    /// <param name="hidden">Hidden layers from the input on; may be empty (a linear model).</param>
    /// <param name="activation">The nonlinearity after each hidden layer.</param>
    /// <param name="outputs">p.</param>
    public static FeedForwardNetwork Create(int inputSize, IReadOnlyList<LayerSpec> hidden, ActivationKind activation, int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        var layers = new List<Layer>();
        int size = inputSize;
        foreach (var spec in hidden)
        {
            layers.Add(new DenseLayer(size, spec.Width, Parametrisation.For(size)));
            layers.Add(new ActivationLayer(spec.Width, activation));
            size = spec.Width;
        }
        layers.Add(new DenseLayer(size, outputs, Parametrisation.For(size)));
        return new FeedForwardNetwork(inputSize, layers.ToArray());
    }

    /// <summary>Initial parameters: every weight and bias uniform on ±scale/√(inputs of its unit), PyTorch's default for <paramref name="scale"/> = 1.</summary>
    /// <param name="seed">The same seed gives the same weights under every .NET version.</param>
    /// <param name="scale">Factor on every initial weight and bias.</param>
    public double[] Initialise(long seed, double scale = 1)
    {
        var w = new double[Parameters];
        var random = new RandomStream(seed, RandomStream.Purpose.Weights);
        for (int l = 0; l < Layers.Length; l++) Layers[l].Initialise(w.AsSpan(Offsets[l], Layers[l].ParameterCount), random, scale);
        return w;
    }
}
