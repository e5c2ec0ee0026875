using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>--backend and --threads.</summary>
internal static class Backends
{
    /// <summary>The backend that was asked for.</summary>
    /// <exception cref="BackendException">It cannot be used; the message names it.</exception>
    public static Backend Resolve(string? name, int? threads) => Backend.Resolve(name ?? "auto", threads ?? 0);
}
