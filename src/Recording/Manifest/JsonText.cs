using System.Text.Json;
using KernelFlow.Files;

namespace KernelFlow;

/// <summary>Pieces of JSON as messages show them.</summary>
public static class JsonText
{
    /// <summary>At most 60 characters of a text that a file supplied, on one line; what cannot be printed is escaped.</summary>
    public static string Clip(string text) => PrintableText.Name(text, 60);

    /// <summary>Why a text is not JSON, without the position, which messages give in their own words.</summary>
    public static string Reason(JsonException e)
    {
        int position = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (position < 0 ? e.Message : e.Message[..position]).TrimEnd('.').Replace(" Path: $.", "", StringComparison.Ordinal);
    }
}
