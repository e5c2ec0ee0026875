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

    /// <summary>A text with its full stop.</summary>
    public static string End(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.TrimEnd();
        return trimmed.Length == 0 || trimmed[^1] is '.' or '?' or '!' ? trimmed : trimmed + ".";
    }
}
