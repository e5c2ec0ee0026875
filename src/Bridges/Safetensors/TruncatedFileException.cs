namespace KernelFlow.Bridges;

/// <summary>The file ends before its own header says so: it was cut off in writing (or in copying).</summary>
internal sealed class TruncatedFileException(string message) : InvalidRunException(message);
