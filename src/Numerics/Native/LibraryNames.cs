namespace KernelFlow.Numerics.Native;

/// <summary>What a backend name stands for: the choices by name, their files on each platform, and what to install.</summary>
internal static class LibraryNames
{
    public const string Variable = "KERNELFLOW_BLAS";

    /// <summary>The order in which "auto" tries the native libraries.</summary>
    public static readonly string[] Native = ["mkl", "openblas", "system"];

    /// <summary>A choice in its canonical form: one of the names in lower case, or a path as it was given.</summary>
    /// <param name="value">A name in any case, a library's path, or null or blank for "auto".</param>
    /// <exception cref="BackendException">Neither a name nor a path.</exception>
    public static string Parse(string? value)
    {
        string text = value?.Trim() ?? "";
        if (text.Length == 0) return "auto";
        if (IsPath(text)) return text;
        string name = text.ToLowerInvariant();
        if (name is "auto" or "mathnet" or "managed" || Native.Contains(name)) return name;
        throw new BackendException($"Unknown backend '{text}': use auto, {string.Join(", ", Native)}, mathnet, managed, or the path of a BLAS/LAPACK library.");
    }

    /// <summary>The choice to act on: an explicit one wins over the environment variable, which "auto" honours.</summary>
    /// <exception cref="BackendException">One of them is neither a name nor a path.</exception>
    public static string Choose(string? name, string? variable)
    {
        string choice = Parse(name);
        if (choice != "auto") return choice;
        try
        {
            return Parse(variable);
        }
        catch (BackendException failure)
        {
            throw new BackendException($"{Variable}: {failure.Message}");
        }
    }

    /// <summary>Has a directory separator or ends like a shared library (also with a version, as in libopenblas.so.0).</summary>
    public static bool IsPath(string text) =>
        text.Contains('/') || text.Contains('\\') || text.Contains(".so.", StringComparison.Ordinal)
        || text.EndsWith(".so", StringComparison.Ordinal) || text.EndsWith(".dylib", StringComparison.Ordinal)
        || text.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    /// <summary>Sets of files to load together, in order of preference.</summary>
    public static string[][] Files(string name)
    {
        bool windows = OperatingSystem.IsWindows(), mac = OperatingSystem.IsMacOS();
        return name switch
        {
            "mkl" when windows => [["mkl_rt.2.dll"], ["mkl_rt.dll"]],
            "mkl" when mac => [["libmkl_rt.dylib"], ["libmkl_rt.2.dylib"]],
            "mkl" => [["libmkl_rt.so.2"], ["libmkl_rt.so"], ["libmkl_rt.so.1"]],
            "openblas" when windows => [["libopenblas.dll"], ["openblas.dll"]],
            "openblas" when mac => [["libopenblas.dylib"], ["libopenblas.0.dylib"],
                ["/opt/homebrew/opt/openblas/lib/libopenblas.dylib"], ["/usr/local/opt/openblas/lib/libopenblas.dylib"]],
            "openblas" => [["libopenblas.so.0"], ["libopenblas.so"]],
            "system" when windows => [],
            "system" when mac => [["/System/Library/Frameworks/Accelerate.framework/Accelerate"]],
            "system" => [["libblas.so.3", "liblapack.so.3"], ["libblas.so", "liblapack.so"]],
            _ => [[name]],
        };
    }

    /// <summary>What to do when the library is not there.</summary>
    public static string Advice(string name) => name switch
    {
        "mkl" when OperatingSystem.IsLinux() => "install the package libmkl-rt (Debian: component non-free, Ubuntu: multiverse), "
            + "or Intel oneMKL with the folder of libmkl_rt on the library path",
        "mkl" => "install Intel oneMKL and put the folder of mkl_rt on the library path",
        "openblas" when OperatingSystem.IsWindows() => "put libopenblas.dll on the PATH or beside the program",
        "openblas" when OperatingSystem.IsMacOS() => "install it with 'brew install openblas'",
        "openblas" => "install the package libopenblas0 (Debian, Ubuntu) or openblas (Fedora, Arch)",
        "system" when OperatingSystem.IsWindows() => "this platform has none; use openblas, mkl or managed",
        "system" => "install the packages libblas3 and liblapack3 (Debian, Ubuntu) or blas and lapack (Fedora, Arch)",
        _ => "check the path, or use auto, mkl, openblas, system, mathnet or managed",
    };
}
