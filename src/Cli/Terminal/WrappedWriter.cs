using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary>Whole lines for a person, broken between words at the width of the terminal. What goes to a file or a pipe stays one line a sentence.</summary>
/// <param name="inner">Takes the pieces.</param>
/// <param name="width">The width at this moment, for a window can be drawn larger; null where nobody watches.</param>
/// <param name="hanging">Columns by which later pieces of a line are indented; null for two more than the line is.</param>
internal sealed class WrappedWriter(TextWriter inner, Func<int?> width, int? hanging = null) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => inner.Write(value);

    /// <inheritdoc/>
    public override void WriteLine(string? value)
    {
        // What cannot be printed is escaped, and what is too long shortened, before there are pieces.
        foreach (string piece in WordWrap.Pieces(PrintableText.Message(value ?? ""), width(), hanging)) inner.WriteLine(piece);
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();
}
