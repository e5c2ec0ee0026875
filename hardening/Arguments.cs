using System.Globalization;

namespace KernelFlow.Hardening;

/// <summary>The command line of a study: "--name value" pairs, and nothing that is not asked for.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Takes the words after the command.</summary>
    public Arguments(IReadOnlyList<string> words)
    {
        for (int i = 0; i < words.Count; i += 2)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == words.Count) throw new ArgumentException($"{words[i]}: expected --name value");
            _values[words[i][2..]] = words[i + 1];
        }
    }

    /// <summary>The text of an option.</summary>
    public string? Text(string name) => _values.Remove(name, out string? value) ? value : null;

    /// <summary>The whole number of an option.</summary>
    public int Whole(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Refuses what nobody asked for.</summary>
    public void RequireAllRead()
    {
        if (_values.Count > 0) throw new ArgumentException($"--{_values.Keys.First()} is not an option of this command");
    }
}
