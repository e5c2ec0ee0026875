namespace KernelFlow.Bridges;

/// <summary>One member of a zip archive, as its central directory describes it.</summary>
/// <param name="Name">Its name, folders included.</param>
/// <param name="Method">0: stored; 8: deflated; any other cannot be read.</param>
/// <param name="Crc">CRC-32 of the bytes that it holds.</param>
/// <param name="Stored">Bytes that it takes in the file.</param>
/// <param name="Length">Bytes that it holds.</param>
/// <param name="Header">Where its local header begins.</param>
internal sealed record ZipMember(string Name, int Method, uint Crc, long Stored, long Length, long Header)
{
    /// <summary>Where its bytes begin in the file; known when the local header was read.</summary>
    public long Start { get; init; }
}
