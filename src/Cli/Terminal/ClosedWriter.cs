using System.Text;

namespace KernelFlow.Cli;

/// <summary>A stream that the caller closed: every character is an error.</summary>
internal sealed class ClosedWriter : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value) => throw new IOException("it is closed");
}
