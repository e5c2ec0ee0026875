using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace KernelFlow.Numerics.Native;

/// <summary>Looks at the file of a library before the system's loader does: a FIFO would make the loader wait for ever, and a library that was cut off ends
/// the process, because the loader touches pages that the file does not have.</summary>
internal static partial class LibraryFile
{
    private const int ElfHeader = 64, ProgramHeader = 56, Loaded = 1;

    private static ReadOnlySpan<byte> Magic => [0x7F, (byte)'E', (byte)'L', (byte)'F'];

    // 64 bits, little-endian.
    private static ReadOnlySpan<byte> Wide => [2, 1];

    /// <summary>Why the first file that a name or path stands for must not be loaded; null where nothing is wrong or nothing is known of it.</summary>
    /// <param name="file">A path, or a name that the loader looks up.</param>
    public static string? Refusal(string file)
    {
        if (!OperatingSystem.IsLinux()) return null;
        foreach (string place in Places(file))
        {
            if (!Exists(place)) continue;
            if (Reason(place) is not { } reason) return null;
            return place == file ? reason : $"{reason} ({place})";
        }
        return null;
    }

    /// <summary>The first file that a name or path stands for, as far as that can be known; null where none is seen.</summary>
    /// <param name="file">A path, or a name that the loader looks up.</param>
    public static string? Found(string file) => Places(file).FirstOrDefault(File.Exists);

    /// <summary>Where a file is looked for, the first place first: the given path, or what the loader searches that can be known.</summary>
    private static IEnumerable<string> Places(string file)
    {
        if (file.Contains('/')) return [file];
        string machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        string[] named = (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split([':', ';']);
        string[] usual = ["/lib/" + machine, "/usr/lib/" + machine, "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"];
        // An empty entry is the current folder.
        return ((string[])[AppContext.BaseDirectory, .. named, .. usual]).Select(folder => Path.Combine(folder, file));
    }

    private static string? Reason(string path)
    {
        if (IsRegular(path) == false) return "it is not a regular file";
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return WhereCut(stream);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure is UnauthorizedAccessException ? "it may not be read" : "it cannot be opened";
        }
    }

    /// <summary>Compares the segments that an ELF file of 64 bits says it has with its length.</summary>
    private static string? WhereCut(FileStream stream)
    {
        Span<byte> header = stackalloc byte[ElfHeader], segment = stackalloc byte[ProgramHeader];
        int read = stream.ReadAtLeast(header, ElfHeader, throwOnEndOfStream: false);
        if (!header.StartsWith(Magic)) return stream.Length == 0 ? "it is empty" : "it is not a shared library";
        if (read < ElfHeader) return Cut(stream.Length, ElfHeader);
        if (!header[Magic.Length..].StartsWith(Wide)) return null;
        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]), count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (size != ProgramHeader) return null;
        for (int i = 0; i < count; i++)
        {
            Int128 start = (Int128)table + i * size;
            if (start + size > stream.Length) return Cut(stream.Length, start + size);
            stream.Position = (long)start;
            stream.ReadExactly(segment);
            if (BinaryPrimitives.ReadUInt32LittleEndian(segment) != Loaded) continue;
            Int128 end = (Int128)BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]) + BinaryPrimitives.ReadUInt64LittleEndian(segment[32..]);
            if (end > stream.Length) return Cut(stream.Length, end);
        }
        return null;
    }

    private static string Cut(long length, Int128 needed) => FormattableString.Invariant($"it has {length} bytes and needs at least {needed}: it was cut off");

    /// <summary>Whether there is something of that name, whatever it is.</summary>
    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <summary>Whether it is a regular file; null where the system does not say.</summary>
    public static unsafe bool? IsRegular(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        const int currentFolder = -100, type = 1, modeOffset = 28, typeMask = 0xF000, regular = 0x8000;
        byte* status = stackalloc byte[256];
        try
        {
            if (Statx(currentFolder, path, 0, type, status) != 0) return null;
            return (*(ushort*)(status + modeOffset) & typeMask) == regular;
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint wanted, byte* status);
}
