using TorchSharp;

namespace KernelFlow.Recording.Tests;

/// <summary>A test that runs libtorch. Where its native library cannot be loaded the test is skipped, and says so; nothing else is a reason.</summary>
public sealed class TorchFactAttribute : FactAttribute
{
    public TorchFactAttribute() => Skip = TorchRuntime.Obstacle;
}

/// <summary>The same for a test with data.</summary>
public sealed class TorchTheoryAttribute : TheoryAttribute
{
    public TorchTheoryAttribute() => Skip = TorchRuntime.Obstacle;
}

/// <summary>Whether libtorch can be used in this process.</summary>
internal static class TorchRuntime
{
    /// <summary>Why not, in one message for all tests; null where it can.</summary>
    public static string? Obstacle { get; } = Find();

    private static string? Find()
    {
        try
        {
            torch.set_num_threads(1);
            using var one = torch.ones(1);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or NotSupportedException)
        {
            return "libtorch cannot be loaded here: on Linux it needs a C++ runtime with GLIBCXX_3.4.32 (GCC 13; Debian 13, Ubuntu 24.04). "
                + "See docs/recording-torchsharp.md.";
        }
    }
}
