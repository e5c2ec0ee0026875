namespace KernelFlow.Numerics;

/// <summary>The library for dense linear algebra that was asked for cannot be used; the message names the library, what is wrong and what to do.</summary>
public sealed class BackendException : Exception
{
    /// <summary>Makes the exception.</summary>
    public BackendException(string message) : base(message) { }

    /// <summary>Makes the exception with its cause.</summary>
    public BackendException(string message, Exception inner) : base(message, inner) { }
}
