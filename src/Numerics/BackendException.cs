namespace KernelFlow.Numerics;

/// <summary>The library for dense linear algebra that was asked for cannot be used; the message names the library, what is wrong and what to do.</summary>
public sealed class BackendException : Exception
{
    /// <summary>Makes the exception.</summary>
    public BackendException(string message) : base(message) { }

    /// <summary>Makes the exception with its cause.</summary>
    public BackendException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Whether there is such a library, and it was refused; otherwise it was not found.</summary>
    public bool Found { get; init; }

    /// <summary>What its routines were asked before it was refused, the failed one last; empty when it did not come to that.</summary>
    public IReadOnlyList<RoutineCheck> Checks { get; init; } = [];
}
