using KernelFlow.Files;

namespace KernelFlow;

/// <summary>Pieces of JSON as messages show them.</summary>
public static class JsonText
{
    /// <summary>At most 60 characters of a text that a file supplied, on one line; what cannot be printed is escaped.</summary>
    public static string Clip(string text) => PrintableText.Name(text, 60);
}
