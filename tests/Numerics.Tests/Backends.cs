using KernelFlow.Numerics.Managed;
using KernelFlow.Numerics.Registration;

namespace KernelFlow.Numerics.Tests;

/// <summary>Every backend this machine has, by label: the managed one with each tile product and with two threads, and the native ones found.</summary>
public static class Backends
{
    private static readonly Dictionary<string, Backend> s_all = Find();

    /// <summary>Labels as theory data.</summary>
    public static TheoryData<string> All => [.. s_all.Keys];

    /// <summary>Labels of those with one thread that compute where the numbers are; providers of MathNet take copies.</summary>
    public static TheoryData<string> InPlace => [.. s_all.Where(pair => pair.Value.Threads == 1 && pair.Value is not MathNetBackend).Select(pair => pair.Key)];

    /// <summary>Labels of the managed ones.</summary>
    public static TheoryData<string> Managed => [.. s_all.Keys.Where(label => label.StartsWith("managed", StringComparison.Ordinal))];

    /// <summary>The backend of a label.</summary>
    public static Backend Get(string label) => s_all[label];

    private static Dictionary<string, Backend> Find()
    {
        var all = new Dictionary<string, Backend>();
        foreach (var product in TileProduct.Supported()) all[$"managed {product.Name}"] = new ManagedBackend(product, 1);
        all["managed two threads"] = Backend.Managed(2);
        foreach (string name in Backend.Available().Where(b => b.Usable).Select(b => b.Name))
        {
            if (name == "managed") continue;
            var backend = Backend.Resolve(name, 1);
            if (all.Values.Any(other => other.Name == backend.Name)) continue;
            all[name] = backend;
            all[$"{name} two threads"] = Backend.Resolve(name, 2);
        }
        return all;
    }
}
