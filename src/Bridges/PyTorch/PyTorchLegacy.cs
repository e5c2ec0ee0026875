using System.Buffers.Binary;
using System.Numerics;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>A file of <c>torch.save</c> before PyTorch 1.6: five pickles (a magic number, a version, facts about the machine, the object, the keys of its
/// storages), and the storages.</summary>
internal static class PyTorchLegacy
{
    private const long Version = 1001, LongestPickles = 64 << 20;
    private static readonly BigInteger s_magic = new([0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]);

    /// <summary>How such files begin: the pickle of the magic number.</summary>
    public static byte[] Magic { get; } = [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];

    /// <summary>The tensors of the file.</summary>
    public static IEnumerable<StoredArray> Read(PositionedFile file, SharedScratch scratch)
    {
        var input = new PickleInput(new FileBytes(file, 0, Math.Min(file.Length, LongestPickles)), file.Path);
        var calls = new PickleCalls(PickleOrigin.Legacy);
        object? Next(bool isObject = false) => PickleMachine.Read(input, isObject ? calls : new PickleCalls(PickleOrigin.Legacy));

        if (Next() is not BigInteger magic || magic != s_magic) throw input.Error("found another number, expected the one that torch.save writes");
        if (Next() is not Version) throw input.Error($"found another version of the format, expected {Version}");
        if (Next() is not PickleDictionary system || system["little_endian"] is not true)
            throw input.Error("found a file of a big-endian machine, expected little-endian storages");
        object? root = Next(isObject: true);
        if (Next() is not PickleList { IsTuple: false, Items: var keys } || keys.Any(k => k is not string))
            throw input.Error("expected the keys of the storages");

        var storages = new Dictionary<string, ByteSource>(StringComparer.Ordinal);
        var count = new byte[8];
        long at = input.At;
        foreach (string key in keys.Cast<string>())
        {
            if (!calls.Storages.TryGetValue(key, out var storage) || storages.ContainsKey(key))
                throw input.Error($"found the storage {JsonText.Clip(key)}, which {(storage is null ? "no tensor uses" : "stands twice")}");
            var length = (Int128)storage.Count * storage.Element.Size;
            if (length + 8 > file.Length - at) throw Cut(file, key, at, length);
            file.Read(at, count);
            if (BinaryPrimitives.ReadInt64LittleEndian(count) is var found && found != storage.Count)
                throw new InvalidRunException($"{file.Path}: storage {JsonText.Clip(key)}: found {found} elements, expected {storage.Count}.");
            storages.Add(key, new FileBytes(file, at + 8, (long)length));
            at += 8 + (long)length;
        }
        if (at != file.Length) throw new InvalidRunException($"{file.Path}: found {file.Length - at} bytes after the last storage, expected none.");
        foreach (var (name, tensor) in TensorTree.Flatten(root, file.Path))
        {
            if (!storages.TryGetValue(tensor.Storage.Key, out var storage))
                throw new InvalidRunException($"{file.Path}: {PrintableText.Name(name)}: its storage {JsonText.Clip(tensor.Storage.Key)} is not in the file.");
            yield return TensorViews.Array(name, tensor, storage, bigEndian: false, scratch, file.Path);
        }
    }

    private static TruncatedFileException Cut(PositionedFile file, string key, long at, Int128 length) => new(
        $"{file.Path}: storage {JsonText.Clip(key)}: found {file.Length - at} bytes, expected {length + 8}: the file was cut off in writing.");
}
