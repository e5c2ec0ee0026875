using System.Collections;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using KernelFlow.Numerics.Managed;
using KernelFlow.Numerics.Native;

namespace KernelFlow.Numerics.Selection;

/// <summary>What a choice depends on, as one text: this build, the processor, the libraries' files, the variables that libraries read.</summary>
internal static class Surroundings
{
    // What OpenBLAS, MKL, BLIS and the OpenMP runtimes read, and where libraries are looked for.
    private static readonly string[] s_variables = ["OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "OMP_", "KMP_", "GOMP_", "LD_", "DYLD_"];

    /// <summary>The text now.</summary>
    public static string Describe() => string.Join('\n', [Processor(), Build(), .. Libraries(), .. Variables()]);

    /// <summary>The processor as it names itself, with the vectors that are in use.</summary>
    public static string Processor() => $"{Brand() ?? RuntimeInformation.ProcessArchitecture.ToString()}, {TileProduct.Best.Name}, "
        + $"{Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture)}, {RuntimeInformation.OSArchitecture}";

    /// <summary>The maker of the processor: GenuineIntel, AuthenticAMD; null where it does not say.</summary>
    public static unsafe string? Maker()
    {
        if (!X86Base.IsSupported) return null;
        var (_, b, c, d) = X86Base.CpuId(0, 0);
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>([b, d, c]));
    }

    private static string? Brand()
    {
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax < 0x80000004) return Maker();
        Span<int> words = stackalloc int[12];
        for (int i = 0; i < 3; i++)
            (words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]) = X86Base.CpuId(unchecked((int)0x80000002) + i, 0);
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).Trim('\0', ' ');
    }

    private static string Build() => $"{typeof(Surroundings).Assembly.ManifestModule.ModuleVersionId:n}, .NET {Environment.Version}";

    private static IEnumerable<string> Libraries() => LibraryNames.Native.SelectMany(LibraryNames.Files).SelectMany(files => files)
        .Select(file => LibraryFile.Found(file) is { } place ? $"{file}: {Stamp(place)}" : $"{file}: none");

    private static string Stamp(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            return FormattableString.Invariant($"{file.FullName}, {file.Length}, {file.LastWriteTimeUtc.Ticks}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    private static IEnumerable<string> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Select(variable => (Name: (string)variable.Key, Value: (string?)variable.Value))
        .Where(variable => s_variables.Any(start => variable.Name.StartsWith(start, StringComparison.Ordinal)))
        .OrderBy(variable => variable.Name, StringComparer.Ordinal).Select(variable => $"{variable.Name}={variable.Value}");
}
