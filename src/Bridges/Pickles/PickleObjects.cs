namespace KernelFlow.Bridges;

/// <summary>A list or a tuple of a pickle.</summary>
internal sealed record PickleList(List<object?> Items, bool IsTuple);

/// <summary>A dictionary of a pickle: keys in the order in which they were added, each once.</summary>
internal sealed class PickleDictionary
{
    private readonly Dictionary<object, int> _index = [];

    /// <summary>Keys and values; a key is a text or a whole number.</summary>
    public List<(object Key, object? Value)> Entries { get; } = [];

    /// <summary>Adds a value; false when the key is there already.</summary>
    public bool TryAdd(object key, object? value)
    {
        if (!_index.TryAdd(key, Entries.Count)) return false;
        Entries.Add((key, value));
        return true;
    }

    /// <summary>The value of a key; null when it is not there.</summary>
    public object? this[string key] => _index.TryGetValue(key, out int at) ? Entries[at].Value : null;
}

/// <summary>A name that a pickle refers to. Nothing is ever looked up by it; it is one of a few that this reader knows the meaning of.</summary>
internal sealed record PickleGlobal(string Name, PickleMeaning Meaning, ElementType? Element = null);

/// <summary>What a known name stands for.</summary>
internal enum PickleMeaning
{
    /// <summary>A dictionary that keeps its order.</summary>
    Dictionary,

    /// <summary>A class of storages; the elements are known.</summary>
    Storage,

    /// <summary>A view of a storage as a tensor.</summary>
    Tensor,

    /// <summary>A tensor that is trained.</summary>
    Parameter,

    /// <summary>A shape.</summary>
    Size,

    /// <summary>A value that says nothing about tensors: a device, a type.</summary>
    Inert,

    /// <summary>A module of TorchScript, whose attributes may be tensors.</summary>
    Module,
}

/// <summary>A storage as a pickle names it: its key, what its elements are and how many.</summary>
internal sealed record PickleStorage(string Key, ElementType Element, long Count);

/// <summary>A tensor as a pickle describes it: a view of a storage.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>An object of a TorchScript archive; its attributes are set once.</summary>
internal sealed class PickleModule
{
    /// <summary>Its attributes; null before they are set.</summary>
    public PickleDictionary? State { get; set; }
}

/// <summary>A value that is kept as no more than that something stood there.</summary>
internal sealed class PickleInert
{
    /// <summary>The one instance.</summary>
    public static PickleInert Instance { get; } = new();
}
