using KernelFlow.Files;

namespace KernelFlow;

/// <summary>What a run may be made of: the losses and optimizers that its manifest may name, and the file formats of its checkpoints.</summary>
/// <remarks>Immutable. <c>RunFormat.Default.With(new HuberDescriptor())</c> reads what the built-in format reads, and a loss of one's own.</remarks>
public sealed class RunFormat
{
    private RunFormat(IReadOnlyList<LossDescriptor> losses, IReadOnlyList<OptimizerDescriptor> optimizers, IReadOnlyList<CheckpointContainer> containers)
    {
        Losses = losses;
        Optimizers = optimizers;
        Containers = containers;
    }

    /// <summary>The built-in losses and optimizers, and the file formats that this toolkit reads, safetensors last.</summary>
    public static RunFormat Default { get; } = new(LossDescriptor.BuiltIn, OptimizerDescriptor.BuiltIn,
        [NumPyContainer.Instance, PyTorchContainer.Instance, TorchSharpContainer.Instance, ShardedSafetensorsContainer.Instance,
            SafetensorsContainer.Instance]);

    /// <summary>The losses that a manifest may name; another name is an error.</summary>
    public IReadOnlyList<LossDescriptor> Losses { get; }

    /// <summary>The optimizers that a manifest may name; another name is an <see cref="UnknownOptimizer"/>.</summary>
    public IReadOnlyList<OptimizerDescriptor> Optimizers { get; }

    /// <summary>The file formats, in the order in which they are asked whether a file is theirs.</summary>
    public IReadOnlyList<CheckpointContainer> Containers { get; }

    /// <summary>This format and more losses; one of a name that is there already takes its place.</summary>
    public RunFormat With(params IReadOnlyList<LossDescriptor> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        return new(Joined(Losses, losses, d => d.Name), Optimizers, Containers);
    }

    /// <summary>This format and more optimizers; one of a name that is there already takes its place.</summary>
    public RunFormat With(params IReadOnlyList<OptimizerDescriptor> optimizers)
    {
        ArgumentNullException.ThrowIfNull(optimizers);
        return new(Losses, Joined(Optimizers, optimizers, d => d.Kind), Containers);
    }

    /// <summary>This format and more file formats, which are asked before those that are there.</summary>
    public RunFormat With(params IReadOnlyList<CheckpointContainer> containers)
    {
        ArgumentNullException.ThrowIfNull(containers);
        return new(Losses, Optimizers, [.. containers, .. Containers]);
    }

    /// <summary>Opens a file of a run in the first file format that recognises it.</summary>
    /// <param name="path">The file; messages repeat it as given.</param>
    /// <exception cref="InvalidRunException">No format recognises it, or it is missing or not sound.</exception>
    public ContainerFile OpenFile(string path)
    {
        // Before a container looks into it: a pipe or a device must not be opened at all. A folder may be a container of a user's own.
        if (RegularFile.Kind(path) is not (FileKind.Regular or FileKind.Folder or FileKind.Missing)) throw new InvalidRunException(RegularFile.Obstacle(path)!);
        if (Containers.FirstOrDefault(c => c.Recognises(path)) is { } container) return container.Open(path);
        throw new InvalidRunException($"{path}: found a file of an unknown format, expected {string.Join(", ", Containers.Select(c => c.Name))}.");
    }

    private static T[] Joined<T>(IReadOnlyList<T> first, IReadOnlyList<T> more, Func<T, string> name)
    {
        var replaced = more.Select(name).ToHashSet(StringComparer.Ordinal);
        return [.. first.Where(item => !replaced.Contains(name(item))), .. more];
    }
}
