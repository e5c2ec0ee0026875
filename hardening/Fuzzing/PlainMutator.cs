namespace KernelFlow.Hardening.Fuzzing;

/// <summary>Spoils files of one kind by something that knows the kind, and now and then without knowing it.</summary>
/// <param name="seeds">Sound files.</param>
/// <param name="spoil">Spoils, knowing what it is.</param>
internal sealed class PlainMutator(IReadOnlyList<byte[]> seeds, Func<byte[], Dice, byte[]> spoil) : Mutator(seeds, hasHeader: false)
{
    private readonly IReadOnlyList<byte[]> _seeds = seeds;

    /// <inheritdoc/>
    public override byte[] Mutate(Dice dice)
    {
        byte[] bytes = dice.Of(_seeds);
        for (int i = 1 + dice.Below(2); i > 0; i--) bytes = dice.OneIn(3) ? Spoil(bytes, dice) : spoil(bytes, dice);
        return bytes;
    }
}
