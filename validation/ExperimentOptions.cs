using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>How an experiment is run.</summary>
public sealed record ExperimentOptions
{
    /// <summary>The small version, for continuous integration: minutes at most. Otherwise the full one.</summary>
    public bool Quick { get; init; }

    /// <summary>Seed of everything random, 0 or more. A study of many trainings takes the seeds from this one on, and for 0 those that it is
    /// published with.</summary>
    public long Seed { get; init; }

    /// <summary>The dense linear algebra to use; null for <c>Backend.Resolve("auto")</c>.</summary>
    public Backend? Backend { get; init; }

    /// <summary>Parts of the ids of the cells that a study runs; empty for all. Experiments without cells take no notice.</summary>
    public IReadOnlyList<string> Cells { get; init; } = [];

    /// <summary>Trainings per cell of a study; null for its own number.</summary>
    public int? Runs { get; init; }

    /// <summary>Where recorded runs stay; null for a folder in <see cref="WorkFolder"/> that is gone afterwards.</summary>
    public string? KeepFolder { get; init; }

    /// <summary>Where recordings that are not kept are made, in a folder under a name that nobody else has; what killed processes left of such is
    /// removed. Null for
    /// the system's folder of temporary files.</summary>
    public string? WorkFolder { get; init; }
}

/// <summary>Where an experiment stands.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Fraction">Share of the experiment that is done, 0 to 1.</param>
public readonly record struct ExperimentProgress(string Stage, double Fraction);
