using System.Runtime.CompilerServices;

namespace KernelFlow.Tests;

/// <summary>Tests compute with the libraries that this machine has, in the order of their names, not with what was the fastest one day: nothing is
/// remembered, and nothing is written into the user's home.</summary>
internal static class NoMemory
{
    [ModuleInitializer]
    internal static void Forgetful() => Environment.SetEnvironmentVariable("KERNELFLOW_CACHE", "off");
}
