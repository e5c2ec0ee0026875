namespace KernelFlow;

/// <summary>What a task of a job computes.</summary>
public enum JobStage
{
    /// <summary>Blocks of rows of kernels.</summary>
    Kernels,

    /// <summary>Operators of intervals; all kernels are there.</summary>
    Intervals,
}

/// <summary>A task of a job: pieces that one process computes, one after the other.</summary>
/// <param name="Number">K of <c>--task K</c>, from 1.</param>
/// <param name="Stage">What it computes.</param>
/// <param name="Pieces">The pieces.</param>
/// <param name="Seconds">How long it will take, by the forecast.</param>
public sealed record JobTask(int Number, JobStage Stage, IReadOnlyList<JobPiece> Pieces, double Seconds);

/// <summary>A piece of a job: one file.</summary>
/// <param name="A">Index of the checkpoint, of the earlier of two, or at which the interval begins.</param>
/// <param name="B">Index of the later checkpoint, or the same.</param>
/// <param name="Block">Which block of rows; -1 for an interval.</param>
public readonly record struct JobPiece(int A, int B, int Block)
{
    /// <summary>What <see cref="Block"/> is of an interval.</summary>
    public const int IntervalBlock = -1;

    /// <summary>Whether it is an interval.</summary>
    public bool IsInterval => Block < 0;

    /// <summary>What it is, for people; checkpoints are counted from 0, as their files are.</summary>
    public override string ToString() => FormattableString.Invariant(IsInterval ? $"the interval from checkpoint {A} to {B}"
        : (FormattableString)$"block {Block} of the kernel of checkpoints {A} and {B}");
}

/// <summary>What a task did.</summary>
/// <param name="Computed">Pieces that it computed.</param>
/// <param name="Found">Pieces that were there and sound.</param>
/// <param name="Again">Of those computed, the files that were there and damaged.</param>
public sealed record JobTaskResult(int Computed, int Found, IReadOnlyList<string> Again);
