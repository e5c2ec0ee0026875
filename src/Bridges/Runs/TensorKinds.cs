namespace KernelFlow.Bridges;

/// <summary>Which stored types the run format allows for a tensor of a given name.</summary>
internal static class TensorKinds
{
    /// <summary>Whether the name is one of the run format, so that its dtype matters.</summary>
    public static bool IsKnown(string name) => name == "batch" || TensorShapes.Names.Contains(name);

    /// <summary>Throws when the tensor's type is not one that its name allows.</summary>
    public static void Check(TensorSource tensor)
    {
        bool isFloat = tensor.Type is StorageType.Float16 or StorageType.BFloat16 or StorageType.Float32 or StorageType.Float64;
        var (allowed, expected) = tensor.Name switch
        {
            "batch" or "sketch" => (tensor.Type == StorageType.Int64, "I64"),
            "noise_mask_S" => (tensor.Type == StorageType.Boolean, "BOOL"),
            var name when IsKnown(name) => (isFloat, "F16, BF16, F32 or F64"),
            _ => (true, ""),
        };
        if (!allowed) throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: found dtype {Dtypes.Name(tensor.Type)}, expected {expected}.");
    }
}
