using KernelFlow.Bridges;
using KernelFlow.Files;

namespace KernelFlow;

/// <summary>The SHA-256 sum of one file of a run, and what the manifest says it should be.</summary>
/// <param name="File">File name, relative to the run folder.</param>
/// <param name="Sha256">The sum of the file's bytes, in lower-case hexadecimal digits.</param>
/// <param name="Stated">The sum that the manifest states; null when it states none, so that nothing was compared.</param>
public sealed record FileSum(string File, string Sha256, string? Stated)
{
    private const int Digits = 2 * KernelFlow.Files.Sha256.Length;

    /// <summary>The sum that a key of the manifest states; null when the key is absent.</summary>
    internal static string? StatedBy(ManifestKeys keys, string key)
    {
        const string Expected = "a SHA-256 sum of 64 hexadecimal digits";
        if (!keys.Has(key)) return null;
        string text = keys.Text(key, Expected);
        return text.Length == Digits && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : throw keys.Wrong(key, Expected);
    }

    /// <summary>The sum that the manifest states; where it states none, the sum of the opened file when it is asked for.</summary>
    internal static Lazy<string> Lazily(ContainerFile file, string name, string? stated) =>
        stated is not null ? new Lazy<string>(stated) : new Lazy<string>(() => Of(file, name, null, CancellationToken.None).Sha256);

    /// <summary>Sums an opened file and compares.</summary>
    /// <exception cref="InvalidRunException">The file is not the one that the manifest means.</exception>
    internal static FileSum Of(ContainerFile file, string name, string? stated, CancellationToken cancellation)
    {
        using var sum = new Sha256();
        file.AppendTo(sum, cancellation);
        string found = Convert.ToHexStringLower(sum.Finish());
        if (stated is not null && stated != found)
            throw new InvalidRunException($"{file.Path}: found SHA-256 {found}, expected {stated}, which {RunManifest.FileName} states: "
                + "the file was changed or replaced after it was recorded, or the manifest is that of another recording.");
        return new FileSum(name, found, stated);
    }
}
