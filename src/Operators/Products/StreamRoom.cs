namespace KernelFlow.Operators;

/// <summary>Room for numbers that are read for one call and then forgotten, used by one unit after the other.</summary>
internal sealed class StreamRoom(MemoryAccount account)
{
    private readonly List<float[]> _singles = [];
    private readonly List<double[]> _doubles = [];

    /// <summary>Whose numbers lie here.</summary>
    public ProductUnit? Owner { get; set; }

    /// <summary>An array of at least so many numbers, in single precision or not.</summary>
    public Numbers Take(int index, bool singles, int length, long origin) => singles
        ? new(Grown(_singles, index, length, sizeof(float)), null, origin) : new(null, Grown(_doubles, index, length, sizeof(double)), origin);

    private T[] Grown<T>(List<T[]> buffers, int index, int length, int size)
    {
        while (buffers.Count <= index) buffers.Add([]);
        if (buffers[index].Length >= length) return buffers[index];
        account.Take((long)size * (length - buffers[index].Length));
        return buffers[index] = new T[length];
    }
}
