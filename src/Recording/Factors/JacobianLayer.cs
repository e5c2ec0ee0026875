namespace KernelFlow;

/// <summary>A layer whose part of the Jacobian is recorded as factors: consecutive columns of J, the weights [outputs, inputs] row-major and then the
/// biases.</summary>
public sealed record JacobianLayer
{
    private JacobianLayer(string name, JacobianLayerKind kind, long positions, long inputs, long outputs, bool bias, long columns) =>
        (Name, Kind, Positions, Inputs, Outputs, HasBias, Columns) = (IsName(name) ? name
            : throw new ArgumentException("The name of a layer has letters, digits, '.', '_' and '-' only, and at least one of them.", nameof(name)),
            kind, positions, inputs, outputs, bias, columns);

    /// <summary>What it is called; the names of its tensors end with it.</summary>
    public string Name { get; }

    /// <summary>How its part of J is made.</summary>
    public JacobianLayerKind Kind { get; }

    /// <summary>T: how often one example uses the weights; 1 for a dense layer.</summary>
    public long Positions { get; }

    /// <summary>Values that enter; for a convolution channels × kernel height × kernel width. 0 for plain columns.</summary>
    public long Inputs { get; }

    /// <summary>Values that leave; for a convolution the channels. 0 for plain columns.</summary>
    public long Outputs { get; }

    /// <summary>Whether biases follow the weights.</summary>
    public bool HasBias { get; }

    /// <summary>Columns of J: the parameters of the layer.</summary>
    public long Columns { get; }

    /// <summary>Columns that are weights; all for plain columns.</summary>
    public long WeightColumns => Kind == JacobianLayerKind.Columns ? Columns : Inputs * Outputs;

    /// <summary>A dense layer.</summary>
    /// <exception cref="ArgumentException">The name is not one, or a size is not positive.</exception>
    /// <exception cref="OverflowException">It has more parameters than can be counted.</exception>
    public static JacobianLayer Dense(string name, long inputs, long outputs, bool bias) => Make(name, JacobianLayerKind.Dense, 1, inputs, outputs, bias);

    /// <summary>A layer that uses its weights at several positions.</summary>
    /// <exception cref="ArgumentException">The name is not one, or a size is not positive.</exception>
    /// <exception cref="OverflowException">It has more parameters than can be counted.</exception>
    public static JacobianLayer AtPositions(string name, long positions, long inputs, long outputs, bool bias) =>
        Make(name, JacobianLayerKind.Positions, positions, inputs, outputs, bias);

    /// <summary>Parameters of any other kind.</summary>
    /// <exception cref="ArgumentException">The name is not one, or there is no column.</exception>
    public static JacobianLayer Plain(string name, long columns)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        return new JacobianLayer(name, JacobianLayerKind.Columns, 1, 0, 0, false, columns);
    }

    /// <summary>Whether a text can name a layer.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
    }

    /// <summary>The layers as metadata have them: "hidden=520, output=9".</summary>
    public static string Text(IEnumerable<JacobianLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return string.Join(", ", layers.Select(l => FormattableString.Invariant($"{l.Name}={l.Columns}")));
    }

    private static JacobianLayer Make(string name, JacobianLayerKind kind, long positions, long inputs, long outputs, bool bias)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        return new JacobianLayer(name, kind, positions, inputs, outputs, bias, checked(outputs * (inputs + (bias ? 1 : 0))));
    }
}
