using System.Runtime.InteropServices;

namespace KernelFlow.Cli;

/// <summary>Ends a process whose work was cancelled and may still be running.</summary>
/// <remarks>An ordinary exit runs the exit handlers of native libraries; a BLAS that frees its buffers while another thread multiplies takes the process down
/// with a
/// segmentation fault instead of the exit code. Whoever calls this has flushed the streams; files are replaced whole, so there is nothing to save.</remarks>
internal static partial class ProcessEnd
{
    /// <summary>Ends the process; does not return.</summary>
    public static void Now(int exitCode)
    {
        // Windows ends all other threads before any handler runs.
        if (!OperatingSystem.IsWindows())
        {
            try
            {
                ExitWithoutHandlers(exitCode);
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
            }
        }
        Environment.Exit(exitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitWithoutHandlers(int exitCode);
}
