using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary>A standard stream on which names from files can do no harm: a line that is written stays one line
/// of bounded length, and what cannot be printed is escaped.</summary>
/// <param name="inner">The stream.</param>
/// <param name="name">What messages call it.</param>
/// <param name="isNeeded">Whether text that cannot be written is an error. Otherwise it is dropped: a message that nobody can
/// read must not end the work.</param>
/// <param name="keepsBreaks">Whether a line that is written may be several: the library of the command line hands over its lists in one piece.</param>
internal sealed class TerminalWriter(TextWriter inner, string name, bool isNeeded, bool keepsBreaks = false) : TextWriter
{
    private bool _failed;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => inner.Write(PrintableText.Lines(value.ToString())));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        if (value is { Length: > 0 }) Try(() => inner.Write(PrintableText.Lines(value)));
    }

    /// <inheritdoc/>
    public override void WriteLine() => Try(inner.WriteLine);

    /// <inheritdoc/>
    public override void WriteLine(string? value) =>
        Try(() => inner.WriteLine(keepsBreaks ? PrintableText.Lines(value ?? "") : PrintableText.Message(value ?? "")));

    /// <inheritdoc/>
    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        if (_failed) return;
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _failed = true;
            if (isNeeded) throw new IOException($"{name} cannot be written: {e.Message}", e);
        }
    }
}
