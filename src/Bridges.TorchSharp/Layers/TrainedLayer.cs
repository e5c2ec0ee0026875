using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>The trained parameters that one module owns: consecutive columns of J.</summary>
internal sealed class TrainedLayer
{
    public TrainedLayer(string name, torch.nn.Module module, (string Name, Parameter Tensor)[] own, bool shared)
    {
        Module = module;
        Own = own;
        IsShared = shared;
        Size = own.Sum(p => p.Tensor.numel());
        Layer = JacobianLayer.Plain(name, Size);
    }

    /// <summary>Where the model has it; empty for the model itself.</summary>
    public required string Path { get; init; }

    /// <summary>The module.</summary>
    public torch.nn.Module Module { get; }

    /// <summary>Its parameters by their names in the module, in the order of the columns.</summary>
    public (string Name, Parameter Tensor)[] Own { get; }

    /// <summary>Whether another module has one of them, too.</summary>
    public bool IsShared { get; }

    /// <summary>Columns.</summary>
    public long Size { get; }

    /// <summary>As the run lists it.</summary>
    public JacobianLayer Layer { get; private set; }

    /// <summary>How hooks give its part of J; null where it is computed by rows.</summary>
    public FactorRule? Rule { get; private set; }

    /// <summary>Why it is computed as it is.</summary>
    public string Reason { get; private set; } = "rows";

    /// <summary>Takes hooks where what one forward pass showed allows them.</summary>
    public void Choose(IReadOnlyList<ModuleCall> calls, long examples)
    {
        if (IsShared) Reason = "its parameters belong to several modules";
        else if (calls.Count == 0) Reason = "it is not called through its hooks (module.call) in a forward pass";
        else if (calls.Count > 1) Reason = $"it is called {calls.Count} times in a forward pass";
        else if (calls[0].Inputs is not [var n, ..] || n != examples || calls[0].Outputs is not [var m, ..] || m != examples)
            Reason = "its inputs or outputs do not begin with the examples";
        else if (FactorRule.For(this, calls[0]) is not { } rule) Reason = "no factors for this kind of module";
        else
        {
            Rule = rule;
            Layer = rule.Layer;
            Reason = "hooks";
        }
    }

    /// <summary>Computes it by rows from now on.</summary>
    public void ByRows(string reason)
    {
        Rule = null;
        Layer = JacobianLayer.Plain(Layer.Name, Size);
        Reason = reason;
    }

    /// <summary>Whether it owns exactly these, in this order.</summary>
    public bool Owns(params string[] names) => Own.Select(p => p.Name).SequenceEqual(names);
}

/// <summary>The shapes that a module was called with and that it returned.</summary>
internal readonly record struct ModuleCall(long[] Inputs, long[] Outputs);
