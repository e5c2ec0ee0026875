namespace KernelFlow;

/// <summary>One measured object of an experiment, such as a recorded run or a control made from it.</summary>
/// <param name="Id">Unique in the report.</param>
/// <param name="Group">What kind of object it is: rows of one group are comparable.</param>
/// <param name="Name">What it is, in words.</param>
public sealed record ExperimentRow(string Id, string Group, string Name)
{
    /// <summary>How it was made.</summary>
    public IReadOnlyList<Setting> Settings { get; init; } = [];

    /// <summary>Quantities that are reported, not judged.</summary>
    public IReadOnlyList<Measurement> Measurements { get; init; } = [];

    /// <summary>Claims checked on it, each a number with its budget and verdict.</summary>
    public IReadOnlyList<ClaimResult> Claims { get; init; } = [];

    /// <summary>The claim with the given id.</summary>
    /// <exception cref="KeyNotFoundException">The row does not have it.</exception>
    public ClaimResult Claim(string id) => Claims.FirstOrDefault(c => c.Id == id)
        ?? throw new KeyNotFoundException($"{Id} has no claim {id}; it has {string.Join(", ", Claims.Select(c => c.Id))}.");

    /// <summary>The value of the measurement with the given name.</summary>
    /// <exception cref="KeyNotFoundException">The row does not have it.</exception>
    public double? Measured(string name) =>
        (Measurements.FirstOrDefault(m => m.Name == name)
            ?? throw new KeyNotFoundException($"{Id} has no measurement {name}; it has {string.Join(", ", Measurements.Select(m => m.Name))}.")).Value;
}

/// <summary>A quantity that is reported, not judged.</summary>
/// <param name="Name">What, as a key: "peakDrift".</param>
/// <param name="Value">The number; null when it has no meaning.</param>
/// <param name="Meaning">What it is, in words.</param>
public sealed record Measurement(string Name, double? Value, string Meaning);
