using System.Text;

namespace KernelFlow;

/// <summary>The names of option values on the command line and in metadata: lower case with hyphens, "softmax-cross-entropy".</summary>
public static class OptionName
{
    /// <summary>The name of a value.</summary>
    public static string Of<T>(T value) where T : struct, Enum
    {
        var text = new StringBuilder();
        foreach (char letter in value.ToString())
        {
            if (char.IsUpper(letter) && text.Length > 0) text.Append('-');
            text.Append(char.ToLowerInvariant(letter));
        }
        return text.ToString();
    }

    /// <summary>All names of a type, in order of its values.</summary>
    public static IReadOnlyList<string> All<T>() where T : struct, Enum => Array.ConvertAll(Enum.GetValues<T>(), Of);

    /// <summary>The value of a name.</summary>
    /// <exception cref="FormatException">No value has this name; the message lists the names.</exception>
    public static T Parse<T>(string text) where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
            if (Of(value) == text) return value;
        throw new FormatException($"'{text}' is not one of {string.Join(", ", All<T>())}.");
    }
}
