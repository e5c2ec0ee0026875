namespace KernelFlow.Files;

/// <summary>A folder has a writer already.</summary>
public sealed class FolderInUseException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="holder">Its writer; null when it has not named itself.</param>
    /// <param name="inner">What the system said.</param>
    public FolderInUseException(string folder, LockHolder? holder, Exception? inner)
        : base($"{folder}: another process is writing this folder: {holder?.ToString() ?? "it has not named itself"}; "
            + "wait for it, or choose another folder.", inner)
    {
        Folder = folder;
        Holder = holder;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Its writer; null when it has not named itself.</summary>
    public LockHolder? Holder { get; }
}
