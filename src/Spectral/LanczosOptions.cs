namespace KernelFlow;

/// <summary>Which end of a spectrum is wanted.</summary>
public enum SpectrumEnd
{
    /// <summary>The algebraically largest values.</summary>
    Largest,

    /// <summary>The algebraically smallest values.</summary>
    Smallest,

    /// <summary>Half of them from each end, one more from the upper end when the count is odd.</summary>
    BothEnds,
}

/// <summary>Options of <see cref="ThickRestartLanczos"/> and <see cref="GolubKahanLanczos"/>.</summary>
public sealed record LanczosOptions
{
    /// <summary>Which values are wanted.</summary>
    public SpectrumEnd End { get; init; } = SpectrumEnd.Largest;

    /// <summary>Block size b: the operator is applied to b vectors at a time, and up to b copies of a value are found at once. Null for 4,
    /// or what is left of a smaller space.</summary>
    public int? BlockSize { get; init; }

    /// <summary>Residual norm, relative to the largest magnitude of the values seen, below which a pair counts as
    /// converged. Rounding sets a floor of 10ε√N.</summary>
    public double Tolerance { get; init; } = 1e-10;

    /// <summary>
    /// Most basis vectors: memory is that many vectors, and b more. At least min(N, count + 2b). Null for N up to 1000, then min(N, max(2·count,
    /// count + 32) + 4b). With N the whole space is built if need be, so that the answer always converges and nothing can be missed.
    /// </summary>
    public int? MaximumBasis { get; init; }

    /// <summary>Most restarts, those of the search for further copies included.</summary>
    public int MaximumRestarts { get; init; } = 3000;

    /// <summary>Whether copies of wanted values beyond those one block can find are searched for; see <see cref="MultiplicityEvidence"/>.</summary>
    public bool CheckMultiplicity { get; init; } = true;

    /// <summary>Seed of the random directions.</summary>
    public int Seed { get; init; }
}

/// <summary>Where an iteration stands.</summary>
/// <param name="Applications">Vectors the operator was applied to so far.</param>
/// <param name="Restarts">Restarts so far.</param>
/// <param name="Converged">Wanted pairs that have converged.</param>
/// <param name="Checking">Whether the wanted pairs are found and further copies of them are searched for.</param>
public readonly record struct LanczosProgress(int Applications, int Restarts, int Converged, bool Checking);
