using System.Globalization;
using KernelFlow.Numerics.Native;

namespace KernelFlow.Numerics.Selection;

/// <summary>A choice with what it depends on, as one line of text: fields between tabs, lists between '|' and ';'.</summary>
internal sealed record RememberedChoice(string Surroundings, string Processor, BackendChoice Choice)
{
    private const int Fields = 10;

    /// <summary>How many measurements, none of which settled, were made for a provisional choice.</summary>
    public int Tries { get; init; } = 1;

    // A line that was cut off has no end.
    private const string End = "end", Settled = "settled";

    /// <summary>The line.</summary>
    public string Line() => string.Join('\t', [Escape(Surroundings), Escape(Processor), Choice.Products, Choice.Factorizations, Choice.Spectra,
        Choice.Measured.ToString("o", CultureInfo.InvariantCulture),
        string.Join(';', Choice.Rates.Select(r => string.Join('|', Escape(r.Name), Escape(r.Library), Number(r.Product), Number(r.Factorization),
            Number(r.Spectrum)))),
        string.Join(';', Choice.Refused.Select(r => $"{Escape(r.Name)}|{Escape(r.Reason)}")),
        Choice.Provisional ? Tries.ToString(CultureInfo.InvariantCulture) : Settled, End]);

    /// <summary>What a line says; null where it is no such line.</summary>
    public static RememberedChoice? Parse(string line)
    {
        string[] fields = line.TrimEnd('\r').Split('\t');
        if (fields.Length != Fields || fields[^1] != End) return null;
        if (!DateTimeOffset.TryParse(fields[5], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var measured)) return null;
        var rates = new List<LibraryRates>();
        foreach (string text in fields[6].Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = text.Split('|');
            if (parts.Length != 5 || !Number(parts[2], out double product) || !Number(parts[3], out double factorization)
                || !Number(parts[4], out double spectrum)) return null;
            rates.Add(new LibraryRates(Unescape(parts[0]), Unescape(parts[1]), product, factorization, spectrum));
        }
        var refused = fields[7].Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('|')).ToArray();
        if (refused.Any(parts => parts.Length != 2)) return null;
        bool provisional = fields[8] != Settled;
        if (!int.TryParse(provisional ? fields[8] : "1", NumberStyles.None, CultureInfo.InvariantCulture, out int tries) || tries < 1) return null;
        string[] chosen = [fields[2], fields[3], fields[4]];
        // Only what "auto" looks for itself: a file must not decide what is loaded.
        if (!chosen.All(name => LibraryNames.Measured.Contains(name) && rates.Exists(rate => rate.Name == name))) return null;
        return new RememberedChoice(Unescape(fields[0]), Unescape(fields[1]), new BackendChoice(chosen[0], chosen[1], chosen[2], measured, rates,
            [.. refused.Select(parts => (Unescape(parts[0]), Unescape(parts[1])))]) { Provisional = provisional }) { Tries = tries };
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static bool Number(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value) && value > 0;

    // What divides is written as %XX.
    private static string Escape(string text) => string.Concat(text.Select(c => c is '%' or '|' or ';' or < ' ' or '\u007f' ? $"%{(int)c:X2}" : c.ToString()));

    private static string Unescape(string text) => Uri.UnescapeDataString(text);
}
