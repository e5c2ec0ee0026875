namespace KernelFlow.Numerics.Selection;

/// <summary>The two clocks by which a library is judged, both in seconds from a moment of their own.</summary>
internal interface IMachineClock
{
    /// <summary>The time that went by.</summary>
    double Wall { get; }

    /// <summary>The time that all threads of this process spent computing; it stands still where the system does not tell.</summary>
    double Computing { get; }
}
