namespace KernelFlow.Bridges;

/// <summary>The check of stored types against the table of the run format.</summary>
internal static class TensorTypes
{
    /// <summary>Throws when the tensor's type is not one that its name allows.</summary>
    /// <exception cref="InvalidRunException">The type is not allowed.</exception>
    public static void Check(TensorSource tensor)
    {
        if (TensorName.Find(tensor.Name) is { } name && !name.Types.Contains(tensor.Type))
            throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: found dtype {Dtypes.Name(tensor.Type)}, expected {Text(name)}.");
    }

    /// <summary>"F16, BF16, F32 or F64": the types that a tensor of the name may have.</summary>
    public static string Text(string name) => TensorName.Find(name) is { } known ? Text(known) : Dtypes.Readable;

    private static string Text(TensorName name)
    {
        string[] types = [.. name.Types.Select(Dtypes.Name)];
        return types.Length == 1 ? types[0] : string.Join(", ", types[..^1]) + " or " + types[^1];
    }
}
