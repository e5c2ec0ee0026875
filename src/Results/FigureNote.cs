namespace KernelFlow;

/// <summary>A figure of a user's own that a report was written with; its drawing is not part of the results.</summary>
/// <param name="Id">Lower-case name.</param>
/// <param name="Section">The question under which it stands.</param>
/// <param name="Title">Its heading.</param>
public sealed record FigureNote(string Id, string Section, string Title);
