namespace KernelFlow.StageCosts;

/// <summary>What one stage cost without what its parts cost, all times that it was entered together.</summary>
internal sealed class StageCost(string name)
{
    public string Name { get; } = name;

    public int Calls { get; set; }

    /// <summary>Seconds by the clock.</summary>
    public double Wall { get; set; }

    /// <summary>Seconds of all threads of the process, user and system.</summary>
    public double Cpu { get; set; }

    /// <summary>Seconds inside dense linear algebra.</summary>
    public double Dense { get; set; }

    /// <summary>Flops by kind of work.</summary>
    public Dictionary<string, double> Flops { get; } = new(StringComparer.Ordinal);

    /// <summary>Bytes of element-wise work that was counted.</summary>
    public double Moved { get; set; }

    public double Allocated { get; set; }

    /// <summary>Largest RssAnon seen while the stage or a part of it ran.</summary>
    public long Peak { get; set; }

    public double TotalFlops => Flops.Values.Sum();

    public double Of(string kind) => Flops.GetValueOrDefault(kind);

    /// <summary>Counts a call of a dense kernel.</summary>
    public void Add(string kernel, double flops, double seconds)
    {
        string kind = Kind(kernel);
        Flops[kind] = Flops.GetValueOrDefault(kind) + flops;
        Dense += seconds;
    }

    /// <summary>Adds another stage to a sum.</summary>
    public void Add(StageCost other)
    {
        (Calls, Wall, Cpu, Dense) = (Calls + other.Calls, Wall + other.Wall, Cpu + other.Cpu, Dense + other.Dense);
        (Moved, Allocated, Peak) = (Moved + other.Moved, Allocated + other.Allocated, Math.Max(Peak, other.Peak));
        foreach (var (kind, flops) in other.Flops) Flops[kind] = Of(kind) + flops;
    }

    public const string Products = "products", Factors = "factorizations", Spectra = "eigenvalues";

    private static string Kind(string kernel) => kernel switch
    {
        "eigenvectors" or "eigenvalues" or "svd" => Spectra,
        _ when kernel.Contains("product", StringComparison.Ordinal) => Products,
        _ => Factors,
    };
}
