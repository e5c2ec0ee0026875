namespace KernelFlow.Analysis.Diagnosis;

/// <summary>How strongly claims speak for a cause; the strongest is listed first.</summary>
internal enum Evidence
{
    /// <summary>Nothing is known to be wrong; it says what would let the run decide more.</summary>
    Advice,

    /// <summary>One of several causes that would look the same.</summary>
    Possible,

    /// <summary>The claims that it would violate are violated, and few other causes would do the same.</summary>
    Likely,

    /// <summary>A claim that has this one meaning, or a number that fits this cause and hardly any other.</summary>
    Strong,

    /// <summary>The run says so itself.</summary>
    Declared,
}

/// <summary>A cause with the strength of what speaks for it.</summary>
internal sealed record Suspicion(Evidence Weight, LikelyCause Cause)
{
    /// <summary>A suspicion from its texts.</summary>
    public Suspicion(Evidence weight, string cause, string evidence, string whatToDo) : this(weight, new LikelyCause(cause, evidence, whatToDo))
    {
    }
}

/// <summary>One rule: what it sees in the claims, and which causes follow.</summary>
internal abstract class CauseRule
{
    /// <summary>The causes that this rule suspects; none where it sees nothing.</summary>
    public abstract IEnumerable<Suspicion> Look(Findings findings);
}
