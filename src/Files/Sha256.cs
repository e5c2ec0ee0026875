using System.Security.Cryptography;

namespace KernelFlow.Files;

/// <summary>SHA-256 over pieces: the system's implementation where there is one, otherwise managed code with the same result.</summary>
/// <remarks>On Linux .NET takes its own from OpenSSL and ends the process when that is missing. A tool that only names its input by a sum must not
/// die of it, so this class looks for the library first. Not for use from several threads at once.</remarks>
public sealed class Sha256 : IDisposable
{
    /// <summary>Bytes of a sum.</summary>
    public const int Length = 32;

    private readonly IncrementalHash? _system;
    private readonly ManagedSha256 _managed = new();

    /// <summary>Starts a sum.</summary>
    public Sha256() : this(SystemCryptography.IsPresent) { }

    /// <summary>Starts a sum by the system's implementation or by the managed one.</summary>
    internal Sha256(bool system)
    {
        if (system) _system = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    /// <summary>Whether sums are computed by the system; without it they are the same and several times slower.</summary>
    public static bool UsesSystem => SystemCryptography.IsPresent;

    /// <summary>The sum of all the bytes.</summary>
    /// <param name="bytes">What is summed.</param>
    public static byte[] Of(ReadOnlySpan<byte> bytes)
    {
        using var sum = new Sha256();
        sum.Append(bytes);
        return sum.Finish();
    }

    /// <summary>Adds the next bytes.</summary>
    /// <param name="bytes">Any number of them; how the input is cut into pieces does not matter.</param>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_system is not null) _system.AppendData(bytes);
        else _managed.Append(bytes);
    }

    /// <summary>The sum of the bytes since the start or since the last call; the next byte starts a new one.</summary>
    public byte[] Finish() => _system is not null ? _system.GetHashAndReset() : _managed.Finish();

    /// <summary>Releases what the system's implementation holds.</summary>
    public void Dispose() => _system?.Dispose();
}
