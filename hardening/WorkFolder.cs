namespace KernelFlow.Hardening;

/// <summary>A folder that is gone afterwards.</summary>
internal sealed class WorkFolder : IDisposable
{
    /// <summary>Makes it, in a given folder or in that of temporary files.</summary>
    public WorkFolder(string? under = null)
    {
        if (under is null) Path = Directory.CreateTempSubdirectory("kernelflow-hardening-").FullName;
        else Directory.CreateDirectory(Path = System.IO.Path.Combine(System.IO.Path.GetFullPath(under), $"hardening-{Environment.ProcessId}"));
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>A path in it.</summary>
    public string Of(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Copies a folder with everything in it.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from)) Copy(folder, System.IO.Path.Combine(to, System.IO.Path.GetFileName(folder)));
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, System.IO.Path.Combine(to, System.IO.Path.GetFileName(file)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
