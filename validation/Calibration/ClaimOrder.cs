using System.Globalization;

namespace KernelFlow.Validation.Calibration;

/// <summary>C1, C2, …, C10, R1, …: by letter, then by number.</summary>
internal sealed class ClaimOrder : IComparer<string>
{
    /// <summary>The one there is.</summary>
    public static ClaimOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y) => Key(x).CompareTo(Key(y));

    private static (char Letter, int Number, string Text) Key(string? id) =>
        id is { Length: > 1 } && int.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? (id[0], number, id)
            : ('~', 0, id ?? "");
}
