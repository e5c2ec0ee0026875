using KernelFlow.Files;

namespace KernelFlow;

/// <summary>An opened file of named tensors, which are read piece by piece when asked for.</summary>
/// <remarks>Concurrent reads must be safe. Tensors of a disposed file throw <see cref="ObjectDisposedException"/>.</remarks>
public abstract class ContainerFile : IDisposable
{
    /// <summary>Sets the path of the file.</summary>
    /// <param name="path">The file as the caller named it.</param>
    protected ContainerFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
    }

    /// <summary>The path it was opened by; the location of its tensors.</summary>
    public string Path { get; }

    /// <summary>The names of all tensors in the file.</summary>
    public abstract IEnumerable<string> Names { get; }

    /// <summary>Whether the named tensor is stored in a type that can be read. Tensors that cannot are left out, unless their name is one of the run
    /// format.</summary>
    public virtual bool CanRead(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return true;
    }

    /// <summary>The named tensor, or null when the file does not have it.</summary>
    /// <exception cref="InvalidRunException">It is stored in a type that cannot be read.</exception>
    public abstract TensorSource? Find(string name);

    /// <summary>The named tensor.</summary>
    /// <exception cref="InvalidRunException">The file does not have it, or in a type that cannot be read.</exception>
    public TensorSource this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            if (Find(name) is { } tensor) return tensor;
            string[] found = [.. Names.Order(StringComparer.Ordinal)];
            throw new InvalidRunException($"{Path}: tensor {name} is missing; found {(found.Length == 0 ? "none" : string.Join(", ", found))}.");
        }
    }

    /// <summary>Feeds every byte of the file, in order, to the hash by which results name their input.</summary>
    /// <param name="hash">Receives the bytes.</param>
    /// <param name="cancellation">Honoured between pieces.</param>
    public virtual void AppendTo(Sha256 hash, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(hash);
        using var file = new PositionedFile(Path);
        file.AppendTo(hash, cancellation);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what is held.</summary>
    /// <param name="disposing">Whether it was asked for, rather than done by the garbage collector.</param>
    protected virtual void Dispose(bool disposing) { }
}
