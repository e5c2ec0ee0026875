using KernelFlow.Bridges;
using KernelFlow.Files;

namespace KernelFlow;

/// <summary>Files of <c>torch.save</c> (.pt, .pth): zip archives, and the format before PyTorch 1.6. Tensors are named by the keys that lead to them, with dots
/// between.</summary>
/// <remarks>The pickle in such a file is a program. It is not run: a reader that knows the opcodes and names which tensors are saved with takes them down as
/// data, and refuses every other by name.</remarks>
public sealed class PyTorchContainer : CheckpointContainer
{
    /// <summary>The one instance; it holds nothing.</summary>
    public static PyTorchContainer Instance { get; } = new();

    private PyTorchContainer() : base("PyTorch") { }

    /// <summary>Names that end in .pt or .pth.</summary>
    /// <inheritdoc/>
    public override bool Recognises(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".pt", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".pth", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public override ContainerFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ArrayFile.Open(path, Read);
    }

    private static IEnumerable<StoredArray> Read(PositionedFile file, SharedScratch scratch)
    {
        var beginning = new byte[Math.Min(file.Length, PyTorchLegacy.Magic.Length)];
        file.Read(0, beginning);
        if (beginning.AsSpan().StartsWith("PK\u0003\u0004"u8)) return PyTorchArchive.Read(file, scratch);
        return beginning.AsSpan().SequenceEqual(PyTorchLegacy.Magic) ? PyTorchLegacy.Read(file, scratch)
            : throw new InvalidRunException($"{file.Path}: found no file of torch.save, expected a zip archive or the format before PyTorch 1.6.");
    }
}
