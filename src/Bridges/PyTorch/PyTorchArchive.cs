using System.Globalization;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>A file of <c>torch.save</c> since PyTorch 1.6, or of TorchScript: a zip archive of a pickle, <c>data.pkl</c>, and the storages that it
/// names.</summary>
internal static class PyTorchArchive
{
    private const string Pickle = "data.pkl";

    // PyTorch, too, takes an archive with this member for one of TorchScript, and no other.
    private const string Constants = "constants.pkl";

    // The version of the archive, not of PyTorch; torch.save has written 3 since 2020.
    private const int LatestVersion = 10;

    // A pickle of tensors has about 200 bytes for each.
    private const int LongestPickle = 64 << 20;

    /// <summary>The tensors of the file.</summary>
    public static IEnumerable<StoredArray> Read(PositionedFile file, SharedScratch scratch)
    {
        var archive = new ZipFileReader(file, scratch);
        // PyTorch looks for members without regard to case, and would take one for the other.
        if (archive.Members.GroupBy(m => m.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } alike)
            throw new InvalidRunException($"{file.Path}: {PrintableText.Name(alike.First().Name)}: found twice but for the case of letters, expected once.");
        var members = archive.Members.ToDictionary(m => m.Name, StringComparer.Ordinal);
        ZipMember[] pickles = [.. archive.Members.Where(m => m.Name == Pickle || m.Name.EndsWith("/" + Pickle, StringComparison.Ordinal))];
        if (pickles.Length != 1) throw new InvalidRunException($"{file.Path}: found {pickles.Length} members {Pickle}, expected one, as torch.save writes it.");
        string folder = pickles[0].Name[..^Pickle.Length];
        if (folder.IndexOf('/') != folder.Length - 1 || archive.Members.Any(m => !m.Name.StartsWith(folder, StringComparison.Ordinal)))
            throw new InvalidRunException($"{file.Path}: expected one folder that holds {Pickle} and all other members, as torch.save writes it.");
        RequireVersion(archive, members.GetValueOrDefault(folder + "version"), file.Path);
        string place = $"{file.Path}: {PrintableText.Name(pickles[0].Name)}";
        if (pickles[0].Length > LongestPickle)
            throw new InvalidRunException($"{place}: found {pickles[0].Length} bytes, expected at most {LongestPickle}.");
        bool bigEndian = members.GetValueOrDefault(folder + "byteorder") is { } order && IsBigEndian(archive, order, file.Path);

        var input = new PickleInput(archive.Open(pickles[0]), place);
        var calls = new PickleCalls(members.ContainsKey(folder + Constants) ? PickleOrigin.TorchScript : PickleOrigin.Archive);
        object? root = PickleMachine.Read(input, calls);
        if (input.At != pickles[0].Length) throw input.Error($"found {pickles[0].Length - input.At} bytes after the end of the pickle");
        var storages = calls.Storages.Values.ToDictionary(s => s.Key, s => Storage(archive, members, folder, s, file.Path), StringComparer.Ordinal);
        foreach (var (name, tensor) in TensorTree.Flatten(root, place))
            yield return TensorViews.Array(name, tensor, storages[tensor.Storage.Key], bigEndian, scratch, file.Path);
    }

    private static void RequireVersion(ZipFileReader archive, ZipMember? member, string path)
    {
        string? found = member is null ? null : System.Text.Encoding.Latin1.GetString(member.Length <= 8 ? archive.Open(member).ReadAll() : []);
        if (found is not null && int.TryParse(found.AsSpan().TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out int version)
            && version is >= 1 and <= LatestVersion) return;
        throw new InvalidRunException($"{path}: version: found {(found is null ? "none" : JsonText.Clip(found))}, expected 1 to {LatestVersion}.");
    }

    private static ByteSource Storage(ZipFileReader archive, Dictionary<string, ZipMember> members, string folder, PickleStorage storage, string path)
    {
        string name = $"{folder}data/{storage.Key}", place = $"{path}: {PrintableText.Name(name)}";
        if (!members.TryGetValue(name, out var member)) throw new InvalidRunException($"{place}: not found in the archive, although {Pickle} names it.");
        if ((Int128)storage.Count * storage.Element.Size != member.Length)
            throw new InvalidRunException($"{place}: found {member.Length} bytes, expected {storage.Count} elements of {storage.Element.Name}.");
        return archive.Open(member);
    }

    private static bool IsBigEndian(ZipFileReader archive, ZipMember member, string path)
    {
        var order = archive.Beginning(member, 8).AsSpan();
        return order.SequenceEqual("big"u8) || (order.SequenceEqual("little"u8) ? false
            : throw new InvalidRunException($"{path}: {PrintableText.Name(member.Name)}: expected little or big."));
    }
}
