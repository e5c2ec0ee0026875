using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using KernelFlow.Numerics.Selection;

namespace KernelFlow.Numerics.Native;

/// <summary>What differs between libraries: how they name themselves and how their threads are counted.</summary>
internal static unsafe partial class Vendor
{
    private const string Intel = "GenuineIntel";

    /// <summary>MKL's single library chooses its layers at the first call; without Intel's OpenMP runtime the threaded layer would end the process.</summary>
    public static void Prepare(BlasLibrary library)
    {
        const int lp64 = 0, sequential = 1;
        if (library.Find("MKL_Set_Interface_Layer") is var setInterface and not 0) ((delegate* unmanaged<int, int>)setInterface)(lp64);
        if (library.Find("MKL_Set_Threading_Layer") is not (var setLayer and not 0)) return;
        string runtime = OperatingSystem.IsWindows() ? "libiomp5md.dll" : OperatingSystem.IsMacOS() ? "libiomp5.dylib" : "libiomp5.so";
        if (!NativeLibrary.TryLoad(runtime, typeof(Vendor).Assembly, null, out _)) ((delegate* unmanaged<int, int>)setLayer)(sequential);
    }

    /// <summary>Name with version, and core.</summary>
    public static (string Name, string Core) Describe(BlasLibrary library)
    {
        if (library.FindInBlas("openblas_get_config") is var config and not 0)
        {
            string text = Text(((delegate* unmanaged<byte*>)config)());
            string core = library.FindInBlas("openblas_get_corename") is var name and not 0 ? Text(((delegate* unmanaged<byte*>)name)()) : "unknown";
            return (string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2)), core);
        }
        if (library.FindInBlas("MKL_Get_Version_String") is var version and not 0)
        {
            byte* buffer = stackalloc byte[256];
            ((delegate* unmanaged<byte*, int, void>)version)(buffer, 256);
            buffer[255] = 0;
            string text = Text(buffer);
            var number = VersionNumber().Match(text);
            return (number.Success ? $"MKL {number.Groups[1].Value}" : "MKL", "chosen by MKL");
        }
        return (library.Files.Contains("Accelerate", StringComparison.Ordinal) ? "Accelerate" : $"BLAS/LAPACK ({library.Files})", "unknown");
    }

    /// <summary>A text where the library is slow on this processor, otherwise null.</summary>
    public static string? Warning(BlasLibrary library) => library.FindInBlas("MKL_Get_Version_String") == 0 || Surroundings.Maker() is null or Intel ? null
        : "MKL takes slower code on some processors that are not Intel's; 'auto' measures and takes what is faster.";

    /// <summary>How to set the number of threads and whether that counts for the calling thread alone; null when the library has no such function.</summary>
    public static (Action<int>? Set, bool PerThread) ThreadSetter(BlasLibrary library)
    {
        if (library.Find("openblas_set_num_threads") is var openBlas and not 0) return (Of(openBlas), false);
        if (library.Find("MKL_Set_Num_Threads_Local") is var local and not 0) return (threads => ((delegate* unmanaged<int, int>)local)(threads), true);
        if (library.Find("MKL_Set_Num_Threads") is var mkl and not 0) return (Of(mkl), false);
        if (library.Find("flexiblas_set_num_threads") is var flexi and not 0) return (Of(flexi), false);
        if (library.Find("bli_thread_set_num_threads") is var blis and not 0) return (threads => ((delegate* unmanaged<nint, void>)blis)(threads), false);
        // A library of another maker that was built with OpenMP brings its runtime along.
        if (library.Find("omp_set_num_threads") is var openMp and not 0) return (Of(openMp), true);
        return (null, false);

        static Action<int> Of(nint set) => threads => ((delegate* unmanaged<int, void>)set)(threads);
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text)?.Trim() ?? "unknown";

    [GeneratedRegex(@"Version\s+(\S+)")]
    private static partial Regex VersionNumber();
}
