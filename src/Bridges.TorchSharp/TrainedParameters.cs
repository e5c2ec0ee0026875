using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>The parameters that the optimizer moves, in the order of the columns of J: that of the model.</summary>
internal sealed class TrainedParameters
{
    private TrainedParameters((string Name, Parameter Tensor)[] all, bool single, long count)
    {
        All = all;
        IsSingle = single;
        Count = count;
    }

    /// <summary>Names and tensors.</summary>
    public IReadOnlyList<(string Name, Parameter Tensor)> All { get; }

    /// <summary>Whether they are float32; otherwise they are float64.</summary>
    public bool IsSingle { get; }

    /// <summary>D.</summary>
    public long Count { get; }

    /// <summary>Their stored type.</summary>
    public StorageType Type => IsSingle ? StorageType.Float32 : StorageType.Float64;

    public static TrainedParameters Of(torch.nn.Module model, torch.optim.Optimizer optimizer)
    {
        var seen = new HashSet<IntPtr>();
        var all = model.named_parameters().Where(p => p.parameter.requires_grad && seen.Add(p.parameter.Handle)).Select(p => (p.name, p.parameter)).ToArray();
        var moved = optimizer.parameters().Select(p => p.Handle).ToHashSet();
        if (all.Length == 0) throw new RecordingRefusedException("The model has no parameter that requires a gradient.");
        if (all.FirstOrDefault(p => !moved.Contains(p.parameter.Handle)) is { name: { } resting })
            throw new RecordingRefusedException($"{resting}: the optimizer does not hold this parameter, so it never moves; set its requires_grad to false.");
        if (!moved.IsSubsetOf(seen))
            throw new RecordingRefusedException("The optimizer holds a parameter that is not one of the model's trained ones; "
                + "outputs must be those of the model.");
        var types = all.Select(p => p.parameter.dtype).Distinct().ToArray();
        if (types is not [torch.ScalarType.Float32 or torch.ScalarType.Float64])
            throw new RecordingRefusedException($"The parameters are of type {string.Join(" and ", types)}, expected Float32 or Float64, the same for all.");
        return new TrainedParameters([.. all], types[0] == torch.ScalarType.Float32, all.Sum(p => p.parameter.numel()));
    }

    /// <summary>The stored type of the Jacobians: the one that is asked for, if it is not finer than the parameters.</summary>
    public StorageType StoredType(StorageType? wanted)
    {
        var type = wanted ?? Type;
        if (type is not (StorageType.Float32 or StorageType.Float64))
            throw new ArgumentException($"DType: found {type}, expected {StorageType.Float32} or {StorageType.Float64}.");
        if (type == StorageType.Float64 && IsSingle)
            throw new ArgumentException("DType: found Float64, expected Float32 for a model of float32 parameters: stored finer, "
                + "its rounding would be hidden.");
        return type;
    }

    /// <summary>w.</summary>
    public double[] Values()
    {
        var w = new double[Count];
        int at = 0;
        foreach (var (_, p) in All)
        {
            HostCopies.Read(p, w.AsSpan(at, (int)p.numel()));
            at += (int)p.numel();
        }
        return w;
    }

    /// <summary>Names and sizes of the layers, as the manifest's metadata has them; null where a name would not survive that form.</summary>
    public string? Layers()
    {
        var layers = new List<(string Name, long Size)>();
        foreach (var (name, p) in All)
        {
            string layer = name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : name;
            if (layer.AsSpan().ContainsAny(',', '=')) return null;
            if (layers.Count > 0 && string.Equals(layers[^1].Name, layer, StringComparison.Ordinal)) layers[^1] = (layer, layers[^1].Size + p.numel());
            else layers.Add((layer, p.numel()));
        }
        return string.Join(", ", layers.Select(l => FormattableString.Invariant($"{l.Name}={l.Size}")));
    }

    /// <summary>Copies of the parameters on their device, for the caller to dispose.</summary>
    public torch.Tensor[] Copies()
    {
        using var none = torch.no_grad();
        return [.. All.Select(p => p.Tensor.detach().clone().DetachFromDisposeScope())];
    }

    /// <summary>Does something with the parameters at the middle of those that are given and those that are there, and puts these back.</summary>
    public void AtMiddle(torch.Tensor[] before, Action action)
    {
        var now = Copies();
        try
        {
            using (torch.no_grad())
                for (int i = 0; i < now.Length; i++)
                {
                    using var scope = torch.NewDisposeScope();
                    All[i].Tensor.copy_((before[i] + now[i]) * 0.5);
                }
            action();
        }
        finally
        {
            using (torch.no_grad())
                for (int i = 0; i < now.Length; i++)
                {
                    using var scope = torch.NewDisposeScope();
                    All[i].Tensor.copy_(now[i]);
                }
            foreach (var copy in now) copy.Dispose();
        }
    }
}
