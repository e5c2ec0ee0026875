namespace KernelFlow.Bridges;

/// <summary>Bytes of which a CRC-32 sum is stated; they are summed once, before the first of them is handed out.</summary>
/// <param name="source">The bytes.</param>
/// <param name="stated">Their sum as the file states it.</param>
/// <param name="place">The file and what in it they are, for the message.</param>
internal sealed class SummedBytes(ByteSource source, uint stated, string place) : ByteSource(source.Length)
{
    private const int Piece = 1 << 17;
    private readonly Lock _gate = new();
    private bool _sound;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            if (!_sound) Check();
            _sound = true;
        }
        source.Read(offset, destination);
    }

    /// <summary>Compares a sum.</summary>
    public static void Compare(uint found, uint stated, string place)
    {
        if (found != stated)
            throw new InvalidRunException($"{place}: found CRC-32 {found:x8}, expected {stated:x8}, which the archive states: its bytes were damaged.");
    }

    private void Check()
    {
        var sum = new Crc32();
        var piece = new byte[Math.Min(Piece, Length)];
        for (long at = 0; at < Length; at += piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, Length - at));
            source.Read(at, part);
            sum.Append(part);
        }
        Compare(sum.Value, stated, place);
    }
}
