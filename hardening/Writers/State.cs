namespace KernelFlow.Hardening.Writers;

/// <summary>Which of two outputs; they differ in what was computed, so that every file shows whose it is.</summary>
internal enum Which
{
    /// <summary>What is in the folder before.</summary>
    Earlier,

    /// <summary>What is being written.</summary>
    Later,
}

/// <summary>What an output folder holds.</summary>
internal enum Condition
{
    /// <summary>No output.</summary>
    Nothing,

    /// <summary>The whole earlier output.</summary>
    Earlier,

    /// <summary>The whole later output.</summary>
    Later,

    /// <summary>The beginning of a run, which opens with what it has, or is named as too short.</summary>
    Begun,

    /// <summary>Something unfinished that no reader takes for sound.</summary>
    Refused,

    /// <summary>Something that must not be.</summary>
    Wrong,
}

/// <summary>What an output folder holds, and what is wrong with it.</summary>
/// <param name="Condition">What it holds.</param>
/// <param name="Defect">What is wrong, when it is <see cref="Condition.Wrong"/>; what readers say of it, when it is <see cref="Condition.Refused"/>.</param>
/// <param name="Detail">What is particular.</param>
internal sealed record State(Condition Condition, string Defect = "", string Detail = "")
{
    /// <summary>Something that must not be.</summary>
    public static State Wrong(string defect, string detail = "") => new(Condition.Wrong, defect, detail);
}
