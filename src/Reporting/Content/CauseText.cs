namespace KernelFlow.Reporting.Content;

/// <summary>The words around likely causes, the same wherever they are listed.</summary>
public static class CauseText
{
    /// <summary>The heading.</summary>
    public const string Title = "Likely causes";

    /// <summary>What the list is.</summary>
    public const string Lead = "Told from the claims, the best supported first. More than one may be true, and none is proven.";

    /// <summary>Before what to do.</summary>
    public const string ToDo = "What to do:";

    /// <summary>A text as a sentence: with a capital letter at its beginning and a full stop at its end.</summary>
    public static string Sentence(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        if (trimmed.Length == 0) return trimmed;
        // A name that begins with a small letter and goes on with a digit or an underscore is a symbol, which keeps its case.
        bool symbol = trimmed.Length > 1 && !char.IsLetter(trimmed[1]) && trimmed[1] != ' ';
        return (symbol ? trimmed : char.ToUpperInvariant(trimmed[0]) + trimmed[1..]) + (trimmed[^1] is '.' or '?' or '!' ? "" : ".");
    }
}
