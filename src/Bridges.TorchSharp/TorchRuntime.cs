using System.Runtime.InteropServices;
using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Whether TorchSharp's native libraries load in this process, asked before TorchSharp is used: TorchSharp itself prints a page about it, copies
/// half a gigabyte and then throws.</summary>
public static class TorchRuntime
{
    private const string TooOld = "GLIBCXX_", Page = "docs/recording-torchsharp.md";
    private static readonly Lazy<string?> s_obstacle = new(Find);

    /// <summary>Why they do not load and what to do, in one line; null where they do.</summary>
    public static string? Obstacle => s_obstacle.Value;

    private static string? Find()
    {
        foreach (string library in (string[])["torch_cpu", "LibTorchSharp"])
            try
            {
                // Loaded once, it stays: this is the handle that TorchSharp finds.
                _ = NativeLibrary.Load(library, typeof(torch).Assembly, null);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                return Explain(library, e.Message);
            }
        return null;
    }

    // The loader's message lists every place that it looked at.
    private static string Explain(string library, string message)
    {
        if (message.Contains(TooOld, StringComparison.Ordinal))
            return "TorchSharp's native library needs a C++ runtime with GLIBCXX_3.4.32 (GCC 13), and the one of this system is older. Debian 13 and "
                + "Ubuntu 24.04 have it; on Debian 12 run `.ci/torch-host DIR` once, then this program by the SDK that it makes: "
                + $"`DOTNET_ROOT=DIR/dotnet PATH=DIR/dotnet:$PATH dotnet …` ({Page}).";
        string? rejected = message.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Contains(library, StringComparison.Ordinal)
            && !line.Contains("No such file", StringComparison.Ordinal) && line.StartsWith('/'));
        return rejected is not null ? $"TorchSharp's native library does not load: {rejected} ({Page})."
            : $"The native library {library} was not found: a program that uses TorchSharp brings the libtorch of its platform, for example the package "
                + $"libtorch-cpu-linux-x64 2.10.0 on Linux on x64 ({Page}).";
    }
}
