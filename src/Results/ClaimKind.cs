namespace KernelFlow;

/// <summary>What a claim is confronted with; in results.json in lower case.</summary>
public enum ClaimKind
{
    /// <summary>It confronts the theory with what was recorded.</summary>
    Data,

    /// <summary>It asks whether the recording is what it says: whether outputs, kernels, times and losses that were recorded belong together.</summary>
    Consistency,

    /// <summary>It holds for any input, and so tests the program.</summary>
    Code,

    /// <summary>The inclusion ker W_S ⊆ ker G_Q, whose checks are listed by themselves.</summary>
    Inclusion,

    /// <summary>A quantity that is reported, not judged.</summary>
    Measured,
}
