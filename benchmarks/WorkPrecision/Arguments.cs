using System.Globalization;

namespace KernelFlow.WorkPrecision;

/// <summary><c>--name value</c> and <c>--flag</c>, in any order.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A word that is neither a name nor the value of one, or a name that is not known.</exception>
    public Arguments(string[] args, IReadOnlyCollection<string> flags, IReadOnlyCollection<string> names)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (flags.Contains(args[i])) _values[args[i]] = null;
            else if (names.Contains(args[i]) && i + 1 < args.Length) _values[args[i]] = args[++i];
            else throw new ArgumentException($"{args[i]}: expected one of {string.Join(", ", flags)}, or one of {string.Join(", ", names)} with a value.");
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name) ?? otherwise;

    public double Number(string name, double otherwise) =>
        _values.GetValueOrDefault(name) is { } text ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : otherwise;

    public double[] Numbers(string name, params double[] otherwise) =>
        _values.GetValueOrDefault(name) is { } text ? [.. text.Split(',').Select(x => double.Parse(x, NumberStyles.Float, CultureInfo.InvariantCulture))]
            : otherwise;

    public string[] Words(string name, params string[] otherwise) => _values.GetValueOrDefault(name)?.Split(',') ?? otherwise;
}
