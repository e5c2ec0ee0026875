namespace KernelFlow;

/// <summary>How an answer knows that no further copy of a wanted value exists: a Krylov space of block size b holds
/// at most b copies of an eigenvalue.</summary>
public enum MultiplicityEvidence
{
    /// <summary>It was not checked (<see cref="LanczosOptions.CheckMultiplicity"/> is off): there may be more copies.</summary>
    NotChecked,

    /// <summary>The block is larger than the multiplicity of every value strictly inside the wanted end, so all copies are in its Krylov space.
    /// Sure for almost every starting block.</summary>
    BlockExceedsMultiplicity,

    /// <summary>Searches orthogonal to all pairs found, from new random directions, ended below them. Sure for almost every starting block.</summary>
    DeflatedRestartsFoundNoFurther,

    /// <summary>The basis spans the whole space: every value is there.</summary>
    CompleteBasis,

    /// <summary>The iteration ended before that could be said.</summary>
    NotEstablished,
}

/// <summary>The evidence in words.</summary>
internal static class MultiplicityEvidenceText
{
    public static string Text(this MultiplicityEvidence evidence) => evidence switch
    {
        MultiplicityEvidence.BlockExceedsMultiplicity => "block size exceeds the multiplicity",
        MultiplicityEvidence.DeflatedRestartsFoundNoFurther => "deflated restarts found no further",
        MultiplicityEvidence.CompleteBasis => "complete basis",
        MultiplicityEvidence.NotChecked => "not checked",
        _ => "not established",
    };
}
