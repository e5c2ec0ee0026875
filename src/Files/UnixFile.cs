using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KernelFlow.Files;

/// <summary>What .NET does not offer on Unix: the kind of a file, and opening one without a lock.</summary>
internal static unsafe partial class UnixFile
{
    private const int CurrentFolder = -100, TypeMask = 1, ModeOffset = 28, Bytes = 256, Unlock = 8;
    private const int NoEntry = 2, NotAFolder = 20, LinkLoop = 40;

    private static volatile bool s_missing = !OperatingSystem.IsLinux();

    /// <summary>The kind from <c>statx</c>, whose layout is the same on every Linux; null where the system does not say.</summary>
    public static FileKind? Kind(string path)
    {
        if (s_missing) return null;
        byte* result = stackalloc byte[Bytes];
        int status, error;
        try
        {
            status = Statx(CurrentFolder, path, 0, TypeMask, result);
            error = status == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            s_missing = true; // A C library older than 2018.
            return null;
        }
        if (status != 0)
            return error switch
            {
                NoEntry or NotAFolder => FileKind.Missing,
                LinkLoop => FileKind.EndlessLink,
                _ => null,
            };
        return (*(ushort*)(result + ModeOffset) & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            0x2000 or 0x6000 => FileKind.Device,
            _ => null,
        };
    }

    /// <summary>Gives up the shared lock that .NET takes on every file it opens: nobody who writes a file should be held up by somebody who reads it.</summary>
    public static void ReleaseLock(SafeFileHandle handle)
    {
        if (OperatingSystem.IsWindows()) return;
        try
        {
            _ = Flock(handle, Unlock); // Where it fails there was no lock.
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException) { }
    }

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Flock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* result);
}
