namespace KernelFlow;

/// <summary>Pieces of JSON as messages show them.</summary>
public static class JsonText
{
    /// <summary>At most 60 characters of a text that a file supplied, on one line.</summary>
    public static string Clip(string text) =>
        string.Concat((text.Length <= 60 ? text : text[..57] + "...").Select(c => char.IsControl(c) ? ' ' : c));
}
