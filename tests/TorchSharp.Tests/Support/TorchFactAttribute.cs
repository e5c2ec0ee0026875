using System.Runtime.CompilerServices;
using TorchSharp;

namespace KernelFlow.Recording.Tests;

/// <summary>A test that runs libtorch. Where its native library cannot be loaded the test is skipped, and says so; nothing else is a reason.</summary>
public class TorchFactAttribute : FactAttribute
{
    public TorchFactAttribute() => Skip = Libtorch.Missing;
}

/// <summary>The same for a test with data.</summary>
public sealed class TorchTheoryAttribute : TheoryAttribute
{
    public TorchTheoryAttribute() => Skip = Libtorch.Missing;
}

internal static class Libtorch
{
    /// <summary>One message for all tests; null where they run. The first words are those that .ci/torch-tests looks for.</summary>
    public static string? Missing => TorchRuntime.Obstacle is { } obstacle ? $"libtorch cannot be loaded here: {obstacle}" : null;

    [ModuleInitializer]
    public static void OneThread()
    {
        if (Missing is null) torch.set_num_threads(1);
    }
}
