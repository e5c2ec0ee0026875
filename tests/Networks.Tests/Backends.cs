using KernelFlow.Numerics;

namespace KernelFlow.Networks.Tests;

internal static class Backends
{
    /// <summary>One thread: test classes run in parallel already.</summary>
    public static Backend Managed { get; } = Backend.Managed(1);
}
