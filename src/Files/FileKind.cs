namespace KernelFlow.Files;

/// <summary>What stands at a path, links followed.</summary>
public enum FileKind
{
    /// <summary>Nothing, or a link to nothing.</summary>
    Missing,

    /// <summary>A file with contents of its own; also whatever the system does not tell apart from one.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A named pipe: opening it would wait for whoever writes to it.</summary>
    Pipe,

    /// <summary>A device: reading it may never end.</summary>
    Device,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A link that leads back to itself.</summary>
    EndlessLink,
}
