using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace KernelFlow.Numerics.Native;

/// <summary>Helps OpenBLAS to the code for this processor: versions older than the processor fall back to those of twenty years ago.</summary>
/// <remarks>
/// OpenBLAS 0.3.21 takes recent AMD processors for a Prescott and runs five times slower. It reads OPENBLAS_CORETYPE once, when it is loaded, from the
/// environment of the C library, which .NET's Environment does not write: hence setenv.
/// </remarks>
internal static partial class OpenBlasCore
{
    public const string Variable = "OPENBLAS_CORETYPE";

    private static readonly string[] s_withAvx2 =
        ["Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids"];

    /// <summary>The core this processor deserves, or null where OpenBLAS is trusted to choose (other architectures, older processors).</summary>
    public static string? Wanted =>
        Avx512F.IsSupported && Avx512DQ.IsSupported && Avx512BW.IsSupported && Avx512F.VL.IsSupported ? "SkylakeX"
        : Avx2.IsSupported && Fma.IsSupported ? "Haswell"
        : null;

    /// <summary>To be called before OpenBLAS is loaded: names the wanted core unless the user did. Linux only; elsewhere nothing happens.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux() || Wanted is not { } wanted) return;
        try
        {
            // A value given through .NET's Environment is the user's choice too, though native code cannot see it.
            // With overwrite 0 a value the C library already has stays.
            SetEnv(Variable, Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } user ? user : wanted, 0);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            // Without a C library of that name OpenBLAS chooses by itself, and Warning reports a poor choice.
        }
    }

    /// <summary>A text when the loaded core is a poor one for this processor, otherwise null. What the user set is a limit, and no mistake.</summary>
    public static string? Warning(string core) => Named is { Length: > 0 } ? null : Warning(core, Wanted);

    /// <summary>A text when the user's choice of a core keeps OpenBLAS from the best code for this processor, otherwise null.</summary>
    public static string? Limit(string? named, string? wanted) =>
        named is null or "" || wanted is null || Rank(named) >= Rank(wanted) ? null
            : $"{Variable}={named} limits OpenBLAS to its code for that processor; this one runs '{wanted}', too. It is often set because "
                + "some builds of OpenBLAS compute wrong results on some processors without it: leave it unless you know that it is not needed here.";

    /// <summary>What the user set; null for nothing.</summary>
    public static string? Named { get; } = Environment.GetEnvironmentVariable(Variable);

    // Cores with vectors of 512 bits before those with 256, and all others last.
    private static int Rank(string core) => Array.FindIndex(s_withAvx2, name => name.Equals(core, StringComparison.OrdinalIgnoreCase)) switch
    {
        >= 2 => 2,
        >= 0 => 1,
        _ => 0,
    };

    /// <summary>The same with the wanted core given.</summary>
    public static string? Warning(string core, string? wanted) =>
        wanted is null || s_withAvx2.Contains(core, StringComparer.OrdinalIgnoreCase)
            ? null
            : $"OpenBLAS runs its code for '{core}' although the processor supports '{wanted}', which is several times faster. "
              + $"Set {Variable}={wanted} in the environment before the program starts, or use a newer OpenBLAS.";

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
