namespace KernelFlow;

/// <summary>The parts of an error, all relative to the same denominator as the error they belong to.</summary>
/// <param name="Integration">Error of the time integration.</param>
/// <param name="Interpolation">Error of interpolating the kernel between checkpoints.</param>
/// <param name="Descent">Difference between gradient flow and the recorded gradient-descent steps.</param>
/// <param name="Rounding">Rounding of arithmetic and of stored numbers.</param>
public sealed record ErrorBudget(Known<double> Integration, Known<double> Interpolation, Known<double> Descent, Known<double> Rounding)
{
    /// <summary>What the sketch of the Jacobians may change; null where they are not sketched, which has no such part.</summary>
    public Known<double>? Sketch { get; init; }

    /// <summary>What a reduction of the range may change (docs/theory/factor.md, section 7); null where the whole flow was integrated.</summary>
    public Known<double>? Truncation { get; init; }

    /// <summary>The names of the parts with their values, in the order in which they are listed everywhere.</summary>
    public IReadOnlyList<(string Name, Known<double> Value)> Parts =>
        [("integration", Integration), ("interpolation", Interpolation), ("descent", Descent), ("rounding", Rounding),
            .. Sketch is { } sketch ? [("sketch", sketch)] : Array.Empty<(string, Known<double>)>(),
            .. Truncation is { } truncation ? [("truncation", truncation)] : Array.Empty<(string, Known<double>)>()];

    /// <summary>The sum of the parts; null when one is unknown.</summary>
    public double? Sum => Parts.All(p => p.Value.IsKnown) ? SumOfKnown : null;

    /// <summary>The sum of the known parts.</summary>
    public double SumOfKnown => Integration.OrDefault(0) + Interpolation.OrDefault(0) + Descent.OrDefault(0) + Rounding.OrDefault(0)
        + (Sketch?.OrDefault(0) ?? 0) + (Truncation?.OrDefault(0) ?? 0);

    /// <summary>Name of the largest known part; null when all of them are 0 or unknown.</summary>
    public string? LargestPart
    {
        get
        {
            var (name, value) = Parts.MaxBy(p => p.Value.OrDefault(0));
            return value.OrDefault(0) > 0 ? name : null;
        }
    }
}
