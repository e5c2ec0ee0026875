using KernelFlow.Bridges;

namespace KernelFlow;

/// <summary>run.json: what a recorded run says of itself. Keys it does not know are kept in the file and ignored here.</summary>
public sealed record RunManifest
{
    /// <summary>The file's name inside a run folder.</summary>
    public const string FileName = "run.json";

    /// <summary>The versions of the format that this program understands, as messages list them.</summary>
    internal const string VersionsUnderstood = "1 or 2";

    /// <summary>Where it was read from.</summary>
    public required string Path { get; init; }

    /// <summary>The loss's name: "squared", "softmax-cross-entropy", "logistic", "custom", or that of a user's own.</summary>
    public string Loss => LossDescriptor.Name;

    /// <summary>The loss that the name stands for.</summary>
    public required LossDescriptor LossDescriptor { get; init; }

    /// <summary>The loss's own constants (<c>lossConstants</c>); none for the built-in losses.</summary>
    public IReadOnlyList<NamedConstant> LossConstants { get; init; } = [];

    /// <summary>Whether the loss is the sum over examples instead of the mean (<c>reduction</c>).</summary>
    public required bool IsSum { get; init; }

    /// <summary>n: training examples.</summary>
    public required int Train { get; init; }

    /// <summary>m: test examples.</summary>
    public required int Test { get; init; }

    /// <summary>p: outputs per example.</summary>
    public required int Outputs { get; init; }

    /// <summary>D: parameters of the model; null when not stated (kernel-block runs).</summary>
    public long? Parameters { get; init; }

    /// <summary>The layers whose factors the checkpoints hold, in the order of the columns of J (<c>layers</c>, version 2); null in version 1.</summary>
    public IReadOnlyList<JacobianLayer>? Layers { get; init; }

    /// <summary>The optimizer; null when not stated.</summary>
    public Optimizer? Optimizer { get; init; }

    /// <summary>Constants of the optimizer that nothing here understands: numbers other than 0, and switches that are on (as 1).</summary>
    public IReadOnlyList<NamedConstant> UnknownConstants { get; init; } = [];

    /// <summary>The learning rates that are stated for the steps; null when none are (<c>schedule</c>).</summary>
    public RateSchedule? Schedule { get; init; }

    /// <summary>What of the training is declared to lie outside the setting of the theory (<c>setting</c>).</summary>
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>The targets file, relative to the run folder; null only for a custom loss without one.</summary>
    public string? Targets { get; init; }

    /// <summary>SHA-256 of the targets file, in lower-case hexadecimal digits; null when none is stated.</summary>
    public string? TargetsSha256 { get; init; }

    /// <summary>The checkpoints in order of time.</summary>
    public required IReadOnlyList<CheckpointEntry> Checkpoints { get; init; }

    /// <summary>Free-form facts; values that are not strings appear as their JSON text.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The file's bytes: hashed, and rewritten with every key kept when a recording is resumed.</summary>
    internal byte[] Bytes { get; init; } = [];

    /// <summary>Reads and validates a manifest.</summary>
    /// <param name="path">The path of run.json.</param>
    /// <param name="format">The losses and optimizers that it may name; null for <see cref="RunFormat.Default"/>.</param>
    /// <exception cref="InvalidRunException">Not found, not JSON (with line and byte), a version this program does not understand, or a key that is missing or
    /// has a wrong value; the message names file, key, what was found and what was expected.</exception>
    public static RunManifest Read(string path, RunFormat? format = null) => ManifestParser.Read(path, minimumCheckpoints: 2, format ?? RunFormat.Default);
}
