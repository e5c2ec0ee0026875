namespace KernelFlow.Networks.Imports;

/// <summary>A tensor of a state dictionary that a layer takes.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Shape">Its shape, the same in every checkpoint.</param>
internal sealed record StateTensor(string Name, IReadOnlyList<long> Shape)
{
    public int Count { get; } = checked((int)Shape.Aggregate(1L, (product, extent) => checked(product * extent)));

    /// <summary>The tensor of a checkpoint.</summary>
    /// <exception cref="InvalidRunException">It is missing, or of another shape or type.</exception>
    public TensorSource In(ContainerFile file, string checkpoint)
    {
        var tensor = file.Find(Name);
        if (tensor is null)
        {
            string[] names = [.. file.Names.Order(StringComparer.Ordinal)];
            string found = names.Length == 0 ? "none" : string.Join(", ", names.Take(20).Select(n => JsonText.Clip(n))) + (names.Length > 20 ? ", …" : "");
            throw new InvalidRunException($"{file.Path}: {checkpoint}: tensor {JsonText.Clip(Name)} is missing; found {found}.");
        }
        if (!tensor.Shape.SequenceEqual(Shape))
            throw new InvalidRunException($"{file.Path}: {checkpoint}: {Name}: found shape {tensor.ShapeText}, expected [{string.Join(", ", Shape)}].");
        if (tensor.Type.Epsilon() == 0)
            throw new InvalidRunException($"{file.Path}: {checkpoint}: {Name}: found {tensor.Type.ToString().ToLowerInvariant()}, expected floating-point "
                + "numbers.");
        return tensor;
    }
}
