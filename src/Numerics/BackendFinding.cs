namespace KernelFlow.Numerics;

/// <summary>Whether what a backend's name stands for can be used.</summary>
public enum BackendState
{
    /// <summary>It is there and computes what it should.</summary>
    Usable,

    /// <summary>It is not there.</summary>
    NotFound,

    /// <summary>It is there and cannot be loaded, has not what is needed, or computes something else.</summary>
    Refused,
}

/// <summary>What was found behind the name of a backend.</summary>
/// <param name="Name">The name: mkl, openblas, system, managed, or a path.</param>
/// <param name="State">Whether it can be used.</param>
/// <param name="Text">Library, version and core, or why it cannot be used.</param>
/// <param name="Checks">What its routines were asked, in order; the last one failed where the library is refused for its results. Empty for the managed
/// code, which is what they are compared with.</param>
public sealed record BackendFinding(string Name, BackendState State, string Text, IReadOnlyList<RoutineCheck> Checks)
{
    /// <summary>Whether it can be used.</summary>
    public bool Usable => State == BackendState.Usable;
}
