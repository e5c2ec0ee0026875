namespace KernelFlow.Bridges;

/// <summary>What the known names of a pickle make when they are called, put down as data; and the storages that it names.</summary>
/// <param name="origin">What wrote it: before PyTorch saved zip archives, names of storages had a sixth part.</param>
internal sealed class PickleCalls(PickleOrigin origin)
{
    private const int MostAxes = 64;
    private readonly Dictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>What wrote the pickle.</summary>
    public PickleOrigin Origin => origin;

    /// <summary>The storages named so far, by key.</summary>
    public IReadOnlyDictionary<string, PickleStorage> Storages => _storages;

    /// <summary>The result of a call.</summary>
    public object Call(object? callee, PickleList arguments, PickleInput input)
    {
        var a = arguments.Items;
        return (callee as PickleGlobal)?.Meaning switch
        {
            PickleMeaning.Dictionary when a.Count == 0 => new PickleDictionary(),
            // Further arguments: whether it is trained, hooks, and, in later versions, metadata.
            PickleMeaning.Tensor when a.Count == 6 || (a.Count == 7 && a[6] is null or PickleDictionary) => Tensor(a, input),
            PickleMeaning.Parameter when a is [PickleTensor, bool, _] => a[0]!,
            PickleMeaning.Size when a is [PickleList { IsTuple: true } shape] => shape,
            PickleMeaning.Inert => PickleInert.Instance,
            _ => throw input.Error(callee is PickleGlobal { Name: var name }
                ? $"found {JsonText.Clip(name)} with {a.Count} arguments that it does not take" : "found a call of something that is no function"),
        };
    }

    /// <summary>The storage that a persistent id names.</summary>
    public PickleStorage Persistent(object? id, PickleInput input)
    {
        if (id is not PickleList { IsTuple: true, Items: var parts } || parts.Count != (Origin == PickleOrigin.Legacy ? 6 : 5) || parts[0] is not "storage"
            || parts[1] is not PickleGlobal { Element: { } element } || parts[2] is not string key || parts[3] is not string
            || parts[4] is not long count || count < 0) throw input.Error("found a persistent id that names no storage");
        if (Origin == PickleOrigin.Legacy && parts[5] is not null) throw input.Error("found a storage that is part of another, as before PyTorch 0.4");
        if (!_storages.TryGetValue(key, out var storage)) _storages.Add(key, storage = new PickleStorage(key, element, count));
        if (storage.Element.Name != element.Name || storage.Count != count)
            throw input.Error($"storage {JsonText.Clip(key)}: found {count} elements of {element.Name}, and {storage.Count} of {storage.Element.Name} before");
        return storage;
    }

    private static PickleTensor Tensor(List<object?> a, PickleInput input)
    {
        if (a[0] is not PickleStorage storage || a[1] is not long offset || a[4] is not bool || Numbers(a[2]) is not { } shape
            || Numbers(a[3]) is not { } strides || offset < 0 || shape.Length != strides.Length)
            throw input.Error("found a tensor without a storage, an offset, a shape or strides");
        if (shape.Length > MostAxes) throw input.Error($"found {shape.Length} axes, expected at most {MostAxes}");
        return new PickleTensor(storage, offset, shape, strides);
    }

    // Anything negative is refused with the tensor.
    private static long[]? Numbers(object? value)
    {
        if (value is not PickleList { IsTuple: true, Items: var items }) return null;
        var numbers = new long[items.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (items[i] is not long number || number < 0) return null;
            numbers[i] = number;
        }
        return numbers;
    }
}
