using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace KernelFlow;

/// <summary>A value, or the reason why there is none.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <remarks>The default of this type is unknown, with the reason "not computed".</remarks>
public readonly struct Known<T> : IEquatable<Known<T>>, IFormattable
{
    private readonly T _value;
    private readonly string? _reason;

    private Known(bool isKnown, T value, string? reason)
    {
        IsKnown = isKnown;
        _value = value;
        _reason = reason;
    }

    /// <summary>Whether there is a value.</summary>
    public bool IsKnown { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message is the reason.</exception>
    public T Value => IsKnown ? _value : throw new InvalidOperationException(Reason);

    /// <summary>Why there is no value; null when there is one.</summary>
    public string? Reason => IsKnown ? null : _reason ?? Known.NotComputed;

    /// <summary>A value that is known.</summary>
    /// <param name="value">The value; a null reference is not one.</param>
    /// <exception cref="ArgumentNullException">The value is a null reference.</exception>
    public static Known<T> Of(T value) => value is null ? throw new ArgumentNullException(nameof(value)) : new(true, value, null);

    /// <summary>A value that is not known.</summary>
    /// <param name="reason">Why there is no value; readers of reports see it.</param>
    /// <exception cref="ArgumentException">The reason is empty.</exception>
    public static Known<T> Unknown(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new(false, default!, reason);
    }

    /// <summary>A value as one that is known.</summary>
    public static implicit operator Known<T>(T value) => Of(value);

    /// <summary>The value, when there is one.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return IsKnown;
    }

    /// <summary>The value, or another one where there is none.</summary>
    public T OrDefault(T fallback) => IsKnown ? _value : fallback;

    /// <summary>What a function makes of the value; where there is none, the reason stays.</summary>
    public Known<TOther> Map<TOther>(Func<T, TOther> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return IsKnown ? Known<TOther>.Of(map(_value)) : Known<TOther>.Unknown(Reason!);
    }

    /// <inheritdoc/>
    public bool Equals(Known<T> other) =>
        IsKnown == other.IsKnown && (IsKnown ? EqualityComparer<T>.Default.Equals(_value, other._value) : Reason == other.Reason);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Known<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => IsKnown ? EqualityComparer<T>.Default.GetHashCode(_value!) : Reason!.GetHashCode(StringComparison.Ordinal);

    /// <summary>The value, or "unknown" with the reason; the same under every culture.</summary>
    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    /// <summary>The value in a format, or "unknown" with the reason.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        !IsKnown ? $"unknown: {Reason}" : _value is IFormattable number ? number.ToString(format, formatProvider) : _value!.ToString() ?? "";

    /// <summary>Whether both are the same value or are unknown for the same reason.</summary>
    public static bool operator ==(Known<T> left, Known<T> right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(Known<T> left, Known<T> right) => !left.Equals(right);
}

/// <summary>Makes values of <see cref="Known{T}"/> without naming their type, and takes them apart.</summary>
public static class Known
{
    /// <summary>The reason of something that nobody gave a reason for.</summary>
    public const string NotComputed = "not computed";

    /// <summary>A value that is known.</summary>
    public static Known<T> Of<T>(T value) => Known<T>.Of(value);

    /// <summary>No value, with the reason.</summary>
    public static Known<T> Unknown<T>(string reason) => Known<T>.Unknown(reason);

    /// <summary>A number that may be missing, with the reason for the case that it is.</summary>
    public static Known<double> Of(double? value, string? reason) => value is { } x ? Of(x) : Unknown<double>(Given(reason));

    /// <summary>An object that may be missing, with the reason for the case that it is.</summary>
    public static Known<T> Maybe<T>(T? value, string? reason) where T : class => value is { } x ? Of(x) : Unknown<T>(Given(reason));

    private static string Given(string? reason) => string.IsNullOrWhiteSpace(reason) ? NotComputed : reason;

    /// <summary>The number, or null where there is none.</summary>
    public static double? OrNull(this Known<double> number) => number.IsKnown ? number.Value : null;

    /// <summary>The object, or null where there is none.</summary>
    public static T? OrNull<T>(this Known<T> item) where T : class => item.IsKnown ? item.Value : null;
}
