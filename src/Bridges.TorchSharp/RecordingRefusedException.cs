namespace KernelFlow.Recording;

/// <summary>A training that cannot be recorded as it is: its Jacobians would not be those of the steps. The message says why and what to change.</summary>
public sealed class RecordingRefusedException : InvalidOperationException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">The reason, and what to change.</param>
    /// <param name="inner">What the native library said, if anything.</param>
    public RecordingRefusedException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
