namespace KernelFlow.Recording;

/// <summary>What is recorded although it is refused otherwise, and the texts by which the manifest declares it.</summary>
internal sealed class Leniency(RecordAnyway allowed)
{
    private readonly List<string> _declared = [];

    /// <summary>For the manifest's <c>setting</c>.</summary>
    public IReadOnlyList<string> Declared => _declared;

    /// <summary>Whether outputs are functions of the whole batch, so that all examples pass forward together.</summary>
    public bool IsJoint => Has(RecordAnyway.BatchNorm) || Has(RecordAnyway.DependentSamples);

    /// <summary>Whether a forward pass draws random numbers.</summary>
    public bool IsRandom => Has(RecordAnyway.Dropout) || Has(RecordAnyway.RandomForward);

    /// <summary>Whether it was found and allowed.</summary>
    public bool Has(RecordAnyway what) => _declared.Contains(Text(what));

    /// <summary>Declares what is allowed and throws for what is not.</summary>
    public void Refuse(RecordAnyway what, string reason)
    {
        if (Has(what)) return;
        if (!allowed.HasFlag(what))
            throw new RecordingRefusedException($"{reason} RecordAnyway.{what} records it all the same and declares it in the manifest.");
        _declared.Add(Text(what));
    }

    /// <summary>The same once the manifest is written: what it does not declare is refused.</summary>
    public void RefuseLater(RecordAnyway what, string reason)
    {
        if (!Has(what)) throw new RecordingRefusedException($"{reason} It was not so when the recording began.");
    }

    private static string Text(RecordAnyway what) => what switch
    {
        RecordAnyway.BatchNorm => "batch-norm",
        RecordAnyway.Dropout => "dropout",
        RecordAnyway.RandomForward => "random-forward",
        RecordAnyway.DependentSamples => "dependent-samples",
        RecordAnyway.SharedModules => "shared-modules",
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "One at a time."),
    };
}
