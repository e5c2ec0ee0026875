using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>The parameters that the optimizer moves, in the order of the columns of J: that of the model.</summary>
internal sealed class TrainedParameters
{
    private TrainedParameters(TrainedLayer[] layers, bool single)
    {
        Layers = layers;
        All = [.. layers.SelectMany(l => l.Own.Select(p => (l.Path.Length == 0 ? p.Name : $"{l.Path}.{p.Name}", p.Tensor)))];
        Tensors = [.. All.Select(p => (Tensor)p.Tensor)];
        IsSingle = single;
        Count = layers.Sum(l => l.Size);
    }

    /// <summary>The modules that own them.</summary>
    public IReadOnlyList<TrainedLayer> Layers { get; }

    /// <summary>Names and tensors.</summary>
    public IReadOnlyList<(string Name, Parameter Tensor)> All { get; }

    /// <summary>The tensors.</summary>
    public Tensor[] Tensors { get; }

    /// <summary>Whether they are float32; otherwise they are float64.</summary>
    public bool IsSingle { get; }

    /// <summary>D.</summary>
    public long Count { get; }

    /// <summary>Their stored type.</summary>
    public StorageType Type => IsSingle ? StorageType.Float32 : StorageType.Float64;

    /// <summary>Where they are.</summary>
    public torch.Device Device => Tensors[0].device;

    public static TrainedParameters Of(torch.nn.Module model, torch.optim.Optimizer optimizer)
    {
        var layers = ModelLayers.Of(model);
        if (layers.Length == 0) throw new RecordingRefusedException("The model has no parameter that requires a gradient.");
        var moved = optimizer.parameters().Select(p => p.Handle).ToHashSet();
        var all = layers.SelectMany(l => l.Own.Select(p => (Name: $"{l.Path}.{p.Name}".TrimStart('.'), p.Tensor))).ToArray();
        if (all.FirstOrDefault(p => !moved.Contains(p.Tensor.Handle)) is { Name: { } resting })
            throw new RecordingRefusedException($"{resting}: the optimizer does not hold this parameter, so it never moves; set its requires_grad to false.");
        if (!moved.IsSubsetOf(all.Select(p => p.Tensor.Handle)))
            throw new RecordingRefusedException("The optimizer holds a parameter that is not one of the model's trained ones; "
                + "outputs must be those of the model.");
        var types = all.Select(p => p.Tensor.dtype).Distinct().ToArray();
        if (types is not [torch.ScalarType.Float32 or torch.ScalarType.Float64])
            throw new RecordingRefusedException($"The parameters are of type {string.Join(" and ", types)}, expected Float32 or Float64, the same for all.");
        var devices = all.Select(p => p.Tensor.device.ToString()).Distinct().ToArray();
        if (devices.Length > 1) throw new RecordingRefusedException($"The parameters are on {string.Join(" and ", devices)}, expected one device.");
        return new TrainedParameters(layers, types[0] == torch.ScalarType.Float32);
    }

    /// <summary>The stored type of the Jacobians: the one that is asked for. Only kernel blocks may be finer than the parameters: they are formed in
    /// float64.</summary>
    public StorageType StoredType(StorageType? wanted, JacobianStore store)
    {
        var type = wanted ?? Type;
        if (type is not (StorageType.Float32 or StorageType.Float64))
            throw new ArgumentException($"DType: found {type}, expected {StorageType.Float32} or {StorageType.Float64}.");
        if (type == StorageType.Float64 && IsSingle && store != JacobianStore.KernelBlocks)
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

    /// <summary>Copies of the parameters on their device, for the caller to dispose.</summary>
    public torch.Tensor[] Copies()
    {
        using var scope = torch.NewDisposeScope();
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
