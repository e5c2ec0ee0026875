using System.Runtime.InteropServices;

namespace KernelFlow.Files;

/// <summary>Whether .NET's hash functions can be used without ending the process.</summary>
/// <remarks>Windows and macOS have them. Elsewhere .NET loads OpenSSL at the first use and, when there is none, aborts: no exception can be caught, so the
/// same files are asked for beforehand.</remarks>
internal static class SystemCryptography
{
    private static readonly Lazy<bool> s_present = new(Find);

    /// <summary>The answer, found once per process.</summary>
    public static bool IsPresent => s_present.Value;

    /// <summary>The files in the order in which .NET tries them.</summary>
    /// <param name="version">The value of CLR_OPENSSL_VERSION_OVERRIDE, or null.</param>
    internal static IEnumerable<string> Candidates(string? version)
    {
        if (!string.IsNullOrEmpty(version)) yield return $"libssl.so.{version}";
        yield return "libssl.so.3";
        yield return "libssl.so.1.1";
    }

    private static bool Find()
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()) return true;
        foreach (string file in Candidates(Environment.GetEnvironmentVariable("CLR_OPENSSL_VERSION_OVERRIDE")))
        {
            // Not unloaded: .NET loads the same file next. It stops at the first that loads, and so does this.
            if (NativeLibrary.TryLoad(file, out nint library)) return NativeLibrary.TryGetExport(library, "SSL_CTX_new", out _);
        }
        return false;
    }
}
