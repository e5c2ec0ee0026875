using System.Runtime.InteropServices;
using KernelFlow.Files;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Cache;

/// <summary>The cache as one run uses it: what all its keys have in common, and no entry of files that are not the recorded ones.</summary>
/// <param name="cache">The folder.</param>
/// <param name="checkpoints">The window.</param>
/// <param name="common">The facts that every number of the run depends on.</param>
/// <param name="steps">The method that was asked for, and what took the recorded steps.</param>
internal sealed class RunCache(AnalysisCache cache, CheckpointSequence checkpoints, CacheKey common, string steps)
{
    /// <summary>For a run with files of known sums and a loss of this tool's own; null elsewhere: what nobody knows a sum of cannot be found again.</summary>
    /// <param name="checkpoints">The window.</param>
    /// <param name="options">The options of the analysis.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static RunCache? Of(CheckpointSequence checkpoints, AnalysisOptions options, Backend backend)
    {
        var loss = checkpoints.Loss;
        bool own = loss.GetType().Assembly == typeof(LossModel).Assembly && Interpolation.All.Contains(options.Interpolation)
            && (options.Method.IsAuto || Methods.All.Contains(options.Method.Method));
        if (options.Cache is not { } cache || !own || checkpoints.Any(c => c.Sum is null)) return null;
        string constants = string.Join(";", loss.Constants.Select(c => FormattableString.Invariant($"{c.Key}={c.Value:R}")));
        return new RunCache(cache, checkpoints, CacheKey.Of("run",
            ("code", Code), ("backend", backend.Name), ("core", backend.Core), ("threads", backend.Threads), ("loss", loss.Kind), ("sum", loss.IsSum),
            ("constants", constants), ("targets", SumOf(loss.Targets)), ("train", checkpoints.TrainSize), ("test", checkpoints.TestSize),
            ("outputs", checkpoints.Outputs), ("interpolation", options.Interpolation.Name), ("seed", options.Seed),
            ("rows", options.KernelRows)), $"{options.Method.Name} {StepsOf(checkpoints)}");
    }

    /// <summary>The method that was asked for, and what took the recorded steps.</summary>
    public string Steps => steps;

    /// <summary>A key of facts beside those of the run.</summary>
    public CacheKey Key(string kind, params (string Name, object? Value)[] facts) => common.Extended(kind, facts);

    /// <summary>A key that all checkpoints of the window belong to.</summary>
    public CacheKey WholeKey(string kind, params (string Name, object? Value)[] facts) =>
        Key(kind, [.. Enumerable.Range(0, checkpoints.Count).Select(Fact), ("steps", steps), .. facts]);

    /// <summary>What a checkpoint is, for a key.</summary>
    public (string, object?) Fact(int checkpoint)
    {
        var c = checkpoints[checkpoint];
        return ("checkpoint", FormattableString.Invariant($"{c.Sum!.Value} {c.Time:R} {c.Step}"));
    }

    /// <summary>The matrices of an entry; null where it has to be computed.</summary>
    public Dictionary<string, DenseMatrix>? TryRead(CacheKey key) => cache.TryRead(key);

    /// <summary>Keeps an entry, once the files were found to be those whose sums stand in its key.</summary>
    /// <exception cref="InvalidRunException">They are not.</exception>
    public void Write(CacheKey key, IReadOnlyDictionary<string, DenseMatrix> matrices)
    {
        _ = checkpoints.InputHash?.Value;
        cache.Write(key, matrices);
    }

    /// <summary>SHA-256 of numbers, in hexadecimal digits.</summary>
    public static string SumOf(ReadOnlySpan<double> values) => Convert.ToHexStringLower(Sha256.Of(MemoryMarshal.AsBytes(values)));

    // What run.json says of the steps, beside the files: replays depend on it.
    private static string StepsOf(CheckpointSequence run)
    {
        if (run.Optimizer is not { } optimizer) return "unknown";
        string constants = string.Join(";", optimizer.Constants.Select(c => FormattableString.Invariant($"{c.Key}={c.Value:R}")));
        string others = string.Join(";", run.UnknownConstants.Select(c => FormattableString.Invariant($"{c.Key}={c.Value:R}")));
        return FormattableString.Invariant($"{optimizer.Kind} {optimizer.LearningRate:R} {optimizer.BatchSize} {constants} {others}");
    }

    /// <summary>What computes: a build of other code may give other bits.</summary>
    public static string Code { get; } = string.Join(" ", new[] { typeof(Backend), typeof(CheckpointSequence), typeof(KernelTrajectory), typeof(Propagation),
        typeof(RunCache) }.Select(type => type.Module.ModuleVersionId.ToString("N")));
}
