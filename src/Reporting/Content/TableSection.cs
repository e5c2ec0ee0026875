namespace KernelFlow.Reporting.Content;

/// <summary>A table with what is said before and after it.</summary>
/// <param name="Title">The heading of the section.</param>
/// <param name="Paragraphs">Sentences before the table.</param>
/// <param name="Header">Column names; one that begins with # is a column of numbers.</param>
/// <param name="Rows">Cells; none when there is nothing to tabulate.</param>
/// <param name="More">Where the rest of the rows is; null when all are here.</param>
public sealed record TableSection(string Title, IReadOnlyList<string> Paragraphs, string[] Header, IReadOnlyList<string[]> Rows, string? More = null);
