namespace KernelFlow;

/// <summary>A figure of a user's own that a report was written with; its drawing is not part of the results.</summary>
/// <param name="Id">Lower-case name.</param>
/// <param name="Section">The question under which it stands.</param>
/// <param name="Title">The heading of the figure.</param>
public sealed record FigureNote(string Id, string Section, string Title)
{
    /// <summary>Whether a text can be the id of a figure: lower-case letters, digits and hyphens, no hyphen first.</summary>
    public static bool IsName(string? id) => id is { Length: > 0 } && id[0] != '-'
        && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
