using System.Runtime.InteropServices;

namespace KernelFlow.Files;

/// <summary>What Linux can do with folders and files and .NET has no name for. Where the system cannot, the answer is no.</summary>
internal static partial class NativeFolders
{
    // AT_FDCWD and RENAME_EXCHANGE are the same on every architecture.
    private const int CurrentFolder = -100, Exchanging = 2;

    /// <summary>Lets two folders change places in one step: nobody ever sees one of the paths missing.</summary>
    /// <returns>Whether they did; not for mount points, across file systems, and on systems without it.</returns>
    public static bool Exchange(string one, string other) =>
        OperatingSystem.IsLinux() && Try(() => Rename(CurrentFolder, one, CurrentFolder, other, Exchanging));

    /// <summary>Gives a file a second name.</summary>
    public static bool Link(string file, string name) => OperatingSystem.IsLinux() && Try(() => HardLink(file, name));

    private static bool Try(Func<int> call)
    {
        try
        {
            return call() == 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Rename(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int HardLink(string oldPath, string newPath);
}
