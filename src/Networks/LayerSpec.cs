using System.Globalization;

namespace KernelFlow;

/// <summary>One hidden layer of a built-in network.</summary>
/// <remarks>The output layer (dense, p outputs, no activation) is implied. Text form, for options and metadata: "24" is a dense layer of width 24.</remarks>
public sealed record LayerSpec
{
    private LayerSpec(int width) => Width = width;

    /// <summary>Units of a dense layer.</summary>
    public int Width { get; }

    /// <summary>A fully connected layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The width is not positive.</exception>
    public static LayerSpec Dense(int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        return new LayerSpec(width);
    }

    /// <summary>Reads a comma-separated list: "24,24".</summary>
    /// <exception cref="FormatException">An element is not a layer; the message shows it and the accepted forms.</exception>
    public static IReadOnlyList<LayerSpec> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(',', StringSplitOptions.TrimEntries).Select(Parse).ToArray();
    }

    /// <inheritdoc/>
    public override string ToString() => Width.ToString(CultureInfo.InvariantCulture);

    private static LayerSpec Parse(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int width) && width > 0
            ? Dense(width)
            : throw new FormatException($"'{text}' is not a layer: expected a width such as 24.");
}
