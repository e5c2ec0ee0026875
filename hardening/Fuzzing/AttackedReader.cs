namespace KernelFlow.Hardening.Fuzzing;

/// <summary>One reader of this project, and what must hold when it is given bytes that somebody spoilt.</summary>
internal abstract class AttackedReader
{
    /// <summary>What it reads.</summary>
    public abstract string Name { get; }

    /// <summary>Where the spoilt bytes come from.</summary>
    protected abstract Mutator Mutator { get; }

    /// <summary>The file that is read.</summary>
    public abstract string File { get; }

    /// <summary>The bytes of one case.</summary>
    public byte[] Input(long seed, int number) => Mutator.Mutate(Dice.Of(seed, number));

    /// <summary>Reads <see cref="File"/>, which holds these bytes. It throws what the reader throws.</summary>
    /// <param name="number">The case.</param>
    /// <param name="bytes">What stands in the file.</param>
    /// <param name="findings">Receives what is wrong with what was read.</param>
    public abstract void Read(int number, byte[] bytes, Findings findings);

    /// <summary>Time that went into showing the case to another program, which may be slower.</summary>
    public TimeSpan Waited { get; protected set; }

    /// <summary>Whether the reader may refuse a file by this exception.</summary>
    public abstract bool IsRefusal(Exception exception);

    /// <summary>The place of a case in a report.</summary>
    protected string Place(int number) => FormattableString.Invariant($"{Name}, input {number}");

    /// <summary>Compares what was read with what another decoder reads.</summary>
    /// <param name="number">The case.</param>
    /// <param name="name">The tensor.</param>
    /// <param name="found">Its numbers; null where the reader refused one that is not finite.</param>
    /// <param name="expected">Those of the other decoder; null where it has no such tensor.</param>
    /// <param name="findings">Receives a disagreement.</param>
    protected void Compare(int number, string name, double[]? found, double[]? expected, Findings findings)
    {
        findings.Count("tensors compared with the second decoder");
        if (expected is null) findings.Defect(Place(number), "a tensor that the second decoder does not find", name);
        else if (found is null)
        {
            if (expected.All(double.IsFinite)) findings.Defect(Place(number), "a tensor refused although its numbers are finite", name);
        }
        else if (!found.Select(BitConverter.DoubleToInt64Bits).SequenceEqual(expected.Select(BitConverter.DoubleToInt64Bits)))
            findings.Defect(Place(number), "other numbers than those of the second decoder", name);
    }
}
