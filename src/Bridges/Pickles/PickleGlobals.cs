namespace KernelFlow.Bridges;

/// <summary>The names that pickles of tensors refer to; every other is refused.</summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, PickleGlobal> s_known = Known();

    /// <summary>The name; null when it is not one of those.</summary>
    /// <remarks>Only archives of TorchScript have classes of its own.</remarks>
    public static PickleGlobal? Find(string module, string name, PickleOrigin origin) =>
        origin == PickleOrigin.TorchScript && (module == "__torch__" || module.StartsWith("__torch__.", StringComparison.Ordinal))
            ? new PickleGlobal($"{module}.{name}", PickleMeaning.Module)
            : s_known.GetValueOrDefault($"{module}.{name}");

    private static Dictionary<string, PickleGlobal> Known()
    {
        var known = new Dictionary<string, PickleGlobal>(StringComparer.Ordinal);
        void Add(string name, PickleMeaning meaning, ElementType? element = null) => known.Add(name, new PickleGlobal(name, meaning, element));
        Add("collections.OrderedDict", PickleMeaning.Dictionary);
        Add("torch._utils._rebuild_tensor_v2", PickleMeaning.Tensor);
        Add("torch._utils._rebuild_parameter", PickleMeaning.Parameter);
        Add("torch.Size", PickleMeaning.Size);
        Add("torch.device", PickleMeaning.Inert);
        foreach (var (storage, element) in new[]
        {
            ("Float", "float32"), ("Double", "float64"), ("Half", "float16"), ("BFloat16", "bfloat16"), ("Long", "int64"), ("Int", "int32"), ("Short", "int16"),
            ("Char", "int8"), ("Byte", "uint8"), ("Bool", "bool"), ("ComplexFloat", "complex64"), ("ComplexDouble", "complex128"),
        })
        {
            Add($"torch.{storage}Storage", PickleMeaning.Storage, ElementType.Find(element));
            Add($"torch.{element}", PickleMeaning.Inert);
        }
        return known;
    }
}
