using System.Runtime.InteropServices;

namespace KernelFlow.Cli;

/// <summary>Which standard streams the process was started with.</summary>
/// <remarks>A number that the caller closed (<c>2&gt;&amp;-</c>) is given to whatever the process opens first: a pipe of the runtime, later a file of results.
/// Text for the missing stream would go there.</remarks>
internal static partial class StandardStreams
{
    // F_GETFD, FD_CLOEXEC and O_WRONLY have these values on Linux, macOS and the BSDs.
    private const int GetDescriptorFlags = 1, CloseOnExec = 1, WriteOnly = 1;

    /// <summary>Whether the stream came from the caller. One that did not is taken, so that nothing else gets its number.</summary>
    /// <param name="descriptor">1 for standard output, 2 for standard error.</param>
    public static bool IsInherited(int descriptor)
    {
        if (OperatingSystem.IsWindows()) return true;
        try
        {
            int flags = DescriptorFlags(descriptor, GetDescriptorFlags);
            // What is closed when a program starts cannot have come through its start: this process opened it.
            if (flags >= 0) return (flags & CloseOnExec) == 0;
            if (Open("/dev/null", WriteOnly) is >= 0 and var taken && taken != descriptor) Close(taken);
            return false;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int DescriptorFlags(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
