using KernelFlow.Numerics;

namespace KernelFlow.Tests;

/// <summary>The managed backend and every native one this machine has, with one thread each: test classes run in parallel already.</summary>
public static class Backends
{
    private static readonly Dictionary<string, Backend> s_all = Find();

    /// <summary>Labels as theory data.</summary>
    public static TheoryData<string> All => [.. s_all.Keys];

    public static IEnumerable<string> Labels => s_all.Keys;

    public static Backend Managed => s_all["managed"];

    /// <summary>The backend of a label.</summary>
    public static Backend Get(string label) => s_all[label];

    private static Dictionary<string, Backend> Find()
    {
        var all = new Dictionary<string, Backend> { ["managed"] = Backend.Managed(1) };
        foreach (string name in Backend.Available().Where(b => b.Usable).Select(b => b.Name))
        {
            if (name == "managed") continue;
            var backend = Backend.Resolve(name, 1);
            if (all.Values.All(other => other.Name != backend.Name)) all[name] = backend;
        }
        return all;
    }
}
