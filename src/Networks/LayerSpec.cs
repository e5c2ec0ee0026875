using System.Globalization;

namespace KernelFlow;

/// <summary>One hidden layer of a built-in network, followed by the activation.</summary>
/// <remarks>
/// The output layer (dense, p outputs, no activation) is implied. Text form, for options and metadata: "24" is a dense layer of 24 units, "conv:8:3" a
/// convolution with 8 channels and a 3×3 kernel, "conv:8:3:2" the same with stride 2; lists are separated by commas.
/// </remarks>
public sealed record LayerSpec
{
    private LayerSpec(int width, int kernel, int stride) => (Width, Kernel, Stride) = (width, kernel, stride);

    /// <summary>Units of a dense layer, channels of a convolution.</summary>
    public int Width { get; }

    /// <summary>Side of the square kernel; 0 for a dense layer.</summary>
    public int Kernel { get; }

    /// <summary>Step of the kernel; 0 for a dense layer.</summary>
    public int Stride { get; }

    /// <summary>Whether this is a convolution.</summary>
    public bool IsConvolution => Kernel > 0;

    /// <summary>A fully connected layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The width is not positive.</exception>
    public static LayerSpec Dense(int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        return new LayerSpec(width, 0, 0);
    }

    /// <summary>A 2-D convolution of a square image, without padding: side ← ⌊(side − kernel)/stride⌋ + 1. Convolutions come before dense layers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public static LayerSpec Convolution(int channels, int kernel, int stride = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kernel);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        return new LayerSpec(channels, kernel, stride);
    }

    /// <summary>Reads a list: "24,24", "conv:8:3,conv:8:3:2,16".</summary>
    /// <exception cref="FormatException">An element is not a layer; the message shows it and the accepted forms.</exception>
    public static IReadOnlyList<LayerSpec> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(',', StringSplitOptions.TrimEntries).Select(Parse).ToArray();
    }

    /// <inheritdoc/>
    public override string ToString() => !IsConvolution
        ? Width.ToString(CultureInfo.InvariantCulture)
        : FormattableString.Invariant($"conv:{Width}:{Kernel}") + (Stride == 1 ? "" : FormattableString.Invariant($":{Stride}"));

    private static LayerSpec Parse(string text)
    {
        string[] parts = text.Split(':');
        bool convolution = parts[0] == "conv";
        var numbers = new List<int>();
        foreach (string part in convolution ? parts[1..] : parts)
            numbers.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : throw NotALayer(text));
        return (convolution, numbers.Count) switch
        {
            (false, 1) => Dense(numbers[0]),
            (true, 2) => Convolution(numbers[0], numbers[1]),
            (true, 3) => Convolution(numbers[0], numbers[1], numbers[2]),
            _ => throw NotALayer(text),
        };
    }

    private static FormatException NotALayer(string text) =>
        new($"'{text}' is not a layer: expected a width such as 24, or conv:channels:kernel[:stride] such as conv:8:3:2.");
}
