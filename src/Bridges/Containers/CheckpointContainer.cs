namespace KernelFlow;

/// <summary>A file format that checkpoints and targets may be stored in. Safetensors is built in; a user's own is given to a <see cref="RunFormat"/>.</summary>
public abstract class CheckpointContainer
{
    /// <summary>Sets the name of the format.</summary>
    /// <param name="name">What messages call the format.</param>
    protected CheckpointContainer(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>What messages call the format.</summary>
    public string Name { get; }

    /// <summary>Whether a file is of this format. It is asked in the order of <see cref="RunFormat.Containers"/>, and also for files that do not exist, so it
    /// should go by the name, or by the first bytes of a file that is there.</summary>
    /// <param name="path">The file.</param>
    public abstract bool Recognises(string path);

    /// <summary>Opens a file for reading; nothing large is read yet.</summary>
    /// <param name="path">The file; messages and tensors repeat it as given.</param>
    /// <exception cref="TruncatedFileException">The file ends before it should: checkpoints before this one can still be analysed, and the message that the
    /// user sees says how.</exception>
    /// <exception cref="InvalidRunException">The file is missing or not sound.</exception>
    public abstract ContainerFile Open(string path);
}
