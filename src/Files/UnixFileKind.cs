using System.Runtime.InteropServices;

namespace KernelFlow.Files;

/// <summary>The kind of a file from <c>statx</c>, whose layout is the same on every Linux; .NET does not tell a pipe or a device from a file.</summary>
internal static unsafe partial class UnixFileKind
{
    private const int CurrentFolder = -100, TypeMask = 1, ModeOffset = 28, Bytes = 256;
    private const int NoEntry = 2, NotAFolder = 20, LinkLoop = 40;

    private static volatile bool s_missing = !OperatingSystem.IsLinux();

    /// <summary>The kind, or null where the system does not say.</summary>
    public static FileKind? Of(string path)
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

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* result);
}
