using KernelFlow.Networks;
using KernelFlow.Networks.Layers;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>A small network: hidden layers with one activation, then a dense output layer. Immutable; parameters are one flat vector w of length D.</summary>
/// <remarks>
/// Order of w, and so of the columns of every Jacobian: layer by layer from the input; in a layer the weights (dense: row-major output × input), then the
/// biases: PyTorch's order (convolution weights row-major [channels out, channels in, kernel, kernel]; an image is flattened channels outermost).
/// Evaluate with a <see cref="NetworkEvaluator"/>.
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

    /// <summary>The layers that have parameters, numbered from 1, as the factors of a Jacobian are recorded.</summary>
    internal IReadOnlyList<JacobianLayer> JacobianLayers =>
        [.. Layers.Where(l => l.ParameterCount > 0).Select((l, i) => l.Describe(FormattableString.Invariant($"{i + 1}"))!)];

    /// <summary>Builds hidden layers and output layer.</summary>
    /// <param name="inputSize">Values per input; a square number when the first layer is a convolution (a square image of one channel, row-major).</param>
    /// <param name="hidden">Hidden layers from the input on; may be empty (a linear model). Convolutions come first.</param>
    /// <param name="activation">The nonlinearity after each hidden layer.</param>
    /// <param name="outputs">p, the outputs per example.</param>
    /// <param name="parametrisation">How width enters.</param>
    /// <exception cref="ArgumentException">The layers do not fit together; the message says which.</exception>
    public static FeedForwardNetwork Create(
        int inputSize, IReadOnlyList<LayerSpec> hidden, ActivationKind activation, int outputs, Parametrisation parametrisation = Parametrisation.Standard)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        var layers = new List<Layer>();
        int size = inputSize;
        ImageShape? image = null;
        for (int l = 0; l < hidden.Count; l++)
        {
            var spec = hidden[l];
            if (spec.IsConvolution)
            {
                var from = image ?? (l == 0 ? SquareImage(inputSize)
                    : throw new ArgumentException($"Layer {spec} follows a dense layer; convolutions come first."));
                image = ConvolutionLayer.OutputShape(from, spec.Width, spec.Kernel, spec.Stride);
                layers.Add(new ConvolutionLayer(from, spec.Width, spec.Kernel, spec.Stride,
                    WeightScaling.For(parametrisation, from.Channels * spec.Kernel * spec.Kernel, isOutput: false)));
                size = image.Value.Size;
            }
            else
            {
                Flatten();
                layers.Add(new DenseLayer(size, spec.Width, WeightScaling.For(parametrisation, size, isOutput: false)));
                size = spec.Width;
            }
            layers.Add(new ActivationLayer(size, activation));
        }
        Flatten();
        layers.Add(new DenseLayer(size, outputs, WeightScaling.For(parametrisation, size, isOutput: true)));
        return new FeedForwardNetwork(inputSize, layers.ToArray());

        void Flatten()
        {
            if (image is { Channels: > 1, Positions: > 1 } shape) layers.Add(new FlattenLayer(shape));
            image = null;
        }
    }

    /// <summary>Initial parameters, drawn as the <see cref="Parametrisation"/> says.</summary>
    /// <param name="seed">The same seed gives the same weights under every .NET version (normals: to the rounding of log and cos).</param>
    /// <param name="scale">Factor on every initial weight and bias.</param>
    public double[] Initialise(long seed, double scale = 1)
    {
        var w = new double[Parameters];
        var random = new RandomStream(seed, RandomStream.Purpose.Weights);
        for (int l = 0; l < Layers.Length; l++) Layers[l].Initialise(w.AsSpan(Offsets[l], Layers[l].ParameterCount), random, scale);
        return w;
    }

    private static ImageShape SquareImage(int size)
    {
        int side = (int)Math.Round(Math.Sqrt(size));
        return side * side == size ? new ImageShape(side, side, 1)
            : throw new ArgumentException($"A convolution needs a square image, but an input has {size} values.");
    }
}
