using System.IO.Compression;
using System.Text;

namespace KernelFlow.Bridges.Tests;

/// <summary>Pickles that are programs of another kind, circles, views outside their storage: one message each, and nothing is executed.</summary>
public sealed class PickleDefectTests : IDisposable
{
    private const string Storage = "(X\u0007\0\0\0storagectorch\nDoubleStorage\nX\u0001\0\0\00X\u0003\0\0\0cpuK\u0004tQ";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>An archive of a pickle and a storage of four float64: 1, 2, 3, 4.</summary>
    private ContainerFile Open(string pickle, params (string, byte[])[] more)
    {
        byte[] storage = [.. new double[] { 1, 2, 3, 4 }.SelectMany(BitConverter.GetBytes)];
        string path = _folder["x.pt"];
        File.WriteAllBytes(path, NumPyFiles.Zip(streamed: true, CompressionLevel.NoCompression,
            [("x/data.pkl", Encoding.Latin1.GetBytes(pickle)), ("x/data/0", storage), ("x/version", "3\n"u8.ToArray()), .. more]));
        return PyTorchContainer.Instance.Open(path);
    }

    private static string Tensor(string offset, string shape, string strides) =>
        $"ctorch._utils\n_rebuild_tensor_v2\n({Storage}K{offset}{shape}{strides}\u0089ccollections\nOrderedDict\n)RtR";

    private string Refusal(string pickle, params (string, byte[])[] more)
    {
        var error = Assert.ThrowsAny<InvalidRunException>(() => Open(pickle, more).Dispose());
        Assert.StartsWith(_folder["x.pt"] + ": ", error.Message);
        return error.Message;
    }

    [Fact]
    public void NamesThatDifferByCaseOnly() => Assert.Contains("data/0: found twice but for the case of letters, expected once.",
        Refusal($"\u0080\u0002{Tensor("\0", "K\u0004\u0085", "K\u0001\u0085")}.", ("x/Data/0", new byte[32])));

    [Fact]
    public void ViewsOfAStorage()
    {
        using (var file = Open($"\u0080\u0002{Tensor("\0", "K\u0002K\u0002\u0086", "K\u0001K\u0002\u0086")}."))
            Assert.Equal([1.0, 3, 2, 4], file[""].ReadAll());
        using (var file = Open($"\u0080\u0002{Tensor("\u0001", "K\u0003K\u0002\u0086", "K\0K\u0002\u0086")}."))
            Assert.Equal([2.0, 4, 2, 4, 2, 4], file[""].ReadAll());
        using (var file = Open($"\u0080\u0002]({Tensor("\u0003", ")", ")")}{Tensor("\u0004", "K\0\u0085", "K\u0001\u0085")}e."))
        {
            Assert.Equal(["0", "1"], file.Names);
            Assert.Equal([4.0], file["0"].ReadAll());
            Assert.Empty(file["1"].ReadAll());
        }
    }

    /// <summary>One element that stands for more numbers than there is memory is read where it is asked for, and takes none.</summary>
    [Fact]
    public void AnElementThatStandsForVeryMany()
    {
        using var file = Open($"\u0080\u0002{Tensor("\u0002", "\u008a\u0006\0\0\0\0\0\u0010\u0085", "K\0\u0085")}.");
        var few = new double[3];
        long before = GC.GetAllocatedBytesForCurrentThread();
        file[""].Read((1L << 44) - 3, few);
        Assert.Equal([3.0, 3, 3], few);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains("which is what one array can hold", Assert.Throws<InvalidRunException>(() => file[""].ReadAll()).Message);
    }

    [Theory]
    [InlineData("\0", "K\u0005\u0085", "K\u0001\u0085", "shape [5] with strides [1] from element 0 on, expected it inside the 4 elements of its storage.")]
    [InlineData("\u0001", "K\u0002K\u0002\u0086", "K\u0001K\u0003\u0086", "expected it inside the 4 elements of its storage.")]
    [InlineData("\u0005", ")", ")", "from element 5 on, expected it inside the 4 elements of its storage.")]
    [InlineData("\0", "\u008a\u0008\0\0\0\0\0\0\0\u0040\u0085", "K\0\u0085", "whose size in bytes overflows 64 bits.")]
    [InlineData("\0", "K\u0002\u0085", "\u008a\u0008\0\0\0\0\0\0\0\u0040\u0085", "whose size in bytes overflows 64 bits.")]
    [InlineData("\0", "J\u00ff\u00ff\u00ff\u00ff\u0085", "K\u0001\u0085", "found a tensor without a storage, an offset, a shape or strides")]
    [InlineData("\0", "K\u0002\u0085", ")", "found a tensor without a storage, an offset, a shape or strides")]
    public void ViewsThatReachOutside(string offset, string shape, string strides, string message) =>
        Assert.Contains(message, Refusal($"\u0080\u0002{Tensor(offset, shape, strides)}."));

    [Theory]
    [InlineData("\u0080\u0002cos\nsystem\nX\u0004\0\0\0true\u0085R.", "found the global os.system, which is not")]
    [InlineData("\u0080\u0002c__builtin__\neval\n.", "found the global __builtin__.eval,")]
    [InlineData("\u0080\u0002c__torch__\nModule\n)\u0081.", "found the global __torch__.Module,")]
    [InlineData("\u0080\u0004X\u0002\0\0\0osX\u0006\0\0\0system\u0093.", "found the global os.system,")]
    [InlineData("\u0080\u0002ctorch._utils\n_rebuild_qtensor\n.", "found the global torch._utils._rebuild_qtensor,")]
    [InlineData("\u0080\u0002(S'true'\nios\nsystem\n.", "found opcode STRING, which tensors are not saved with: nothing in a file is executed")]
    [InlineData("\u0080\u0002(ios\nsystem\n.", "found opcode INST,")]
    [InlineData("\u0080\u0002\u0082\u0001.", "found opcode EXT1,")]
    [InlineData("\u0080\u0002\u008b\u00ff\u00ff\u00ff\u007f.", "found opcode LONG4,")]
    [InlineData("\u0080\u0002\u0001.", "found opcode 01,")]
    [InlineData("\u0080\u0001.", "found pickle protocol 1, expected 2 to 5, at byte 2 of the pickle.")]
    [InlineData("\u0080\u0002ctorch\nSize\nctorch\nSize\n\u0085R.", "found torch.Size with 1 arguments that it does not take")]
    [InlineData("\u0080\u0002K\u0001)R.", "found a call of something that is no function")]
    [InlineData("\u0080\u0002X\u00ff\u00ff\u00ff\u007f.", "found objects of more than 48 MiB")]
    [InlineData("\u0080\u0002X\u00ff\0\0\0.", "found 1 bytes, expected 255")]
    [InlineData("\u0080\u0002X\u0001\0\0\0\u00ff.", "found a text that is not UTF-8")]
    [InlineData("\u0080\u0002.", "found nothing on the stack, expected an object")]
    [InlineData("\u0080\u0002(.", "found nothing on the stack, expected an object")]
    [InlineData("\u0080\u0002NN.", "the pickle ends with objects left over")]
    [InlineData("\u0080\u0002h\u0007.", "found no object 7 to repeat")]
    [InlineData("\u0080\u0002Nr\u00ff\u00ff\u00ff\u00ff.", "found object 4294967295 remembered")]
    [InlineData("\u0080\u0002e.", "found the end of a list that does not begin")]
    [InlineData("\u0080\u0002}K\u0001b.", "found a state for an object that has none")]
    [InlineData("\u0080\u0002}}Ns.", "found a key that is neither a text nor a whole number")]
    [InlineData("\u0080\u0002}K\u0001NsK\u0001Ns.", "found the key 1 twice in a dictionary")]
    [InlineData("\u0080\u0002(X\u0007\0\0\0storageNNNNtQ.", "found a persistent id that names no storage")]
    [InlineData("\u0080\u0002N.N", "found 1 bytes after the end of the pickle")]
    [InlineData("\u0080\u0002]q\0h\0a.", "found objects that are nested more than 64 deep, or that hold themselves.")]
    public void PicklesThatAreOtherPrograms(string pickle, string message) => Assert.Contains(message, Refusal(pickle));

    [Fact]
    public void WealthAndDepthAreBounded()
    {
        Assert.Contains("nested more than 64 deep", Refusal("\u0080\u0002)" + new string('\u0085', 200_000) + "."));
        Assert.Contains("found objects of more than 48 MiB", Refusal("\u0080\u0002" + new string(']', 1_000_000) + "."));
        // Two to the power of forty empty tuples, by forty pairs of the one before.
        string pairs = string.Concat(Enumerable.Range(0, 40).Select(i => $"q{(char)i}h{(char)i}\u0086"));
        Assert.Contains("found more than 1000000 objects", Refusal($"\u0080\u0002){pairs}."));
        // A text that is read once and kept is no wealth.
        Open($"\u0080\u0002X\u0000\u0000\u0002\0{new string('a', 0x20000)}.").Dispose();
    }

    [Fact]
    public void ArchivesThatAreNotThoseOfTorchSave()
    {
        string tensor = $"\u0080\u0002{Tensor("\0", ")", ")")}.";
        Assert.Contains("found 2 members data.pkl, expected one", Refusal(tensor, ("y/data.pkl", [])));
        Assert.Contains("expected one folder that holds data.pkl and all other members", Refusal(tensor, ("y/data/0", [])));
        Assert.Contains("x/byteorder: expected little or big.", Refusal(tensor, ("x/byteorder", "middle"u8.ToArray())));
        using (var file = Open(tensor, ("x/byteorder", "big"u8.ToArray()))) Assert.Equal(3.03865e-319, file[""].ReadAll()[0], 1e-322);
        string path = _folder["y.pt"];
        File.WriteAllBytes(path, new byte[100]);
        Assert.EndsWith("found no file of torch.save, expected a zip archive or the format before PyTorch 1.6.",
            Assert.Throws<InvalidRunException>(() => PyTorchContainer.Instance.Open(path)).Message);
        byte[] legacy = File.ReadAllBytes(Fixtures.File(Path.Combine("pytorch", "state_dict_legacy.pt")));
        File.WriteAllBytes(path, legacy[..^1]);
        Assert.EndsWith("the file was cut off in writing.", Assert.Throws<TruncatedFileException>(() => PyTorchContainer.Instance.Open(path)).Message);
        File.WriteAllBytes(path, [.. legacy, 0]);
        Assert.EndsWith("found 1 bytes after the last storage, expected none.",
            Assert.Throws<InvalidRunException>(() => PyTorchContainer.Instance.Open(path)).Message);
    }

    /// <summary>A state dictionary of TorchSharp says how long everything is, and nothing else says it.</summary>
    [Theory]
    [InlineData("", "found 0 bytes, expected at least 1: the file was cut off in writing.")]
    [InlineData("0101610801000000", "a: found type 8, expected 0 to 7, 9 to 11 or 15.")]
    [InlineData("01016107FFFFFFFFFFFFFFFFFF01", "a: number of axes: found more than 63 bits.")]
    [InlineData("0101610741", "a: found 65 axes, expected at most 64.")]
    [InlineData("010161070102000000", "a: data: found 3 bytes, expected 16: the file was cut off in writing, or is none of TorchSharp.")]
    [InlineData("0101610702FFFFFFFFFFFFFFFF7F02", "a: found shape [9223372036854775807, 2], whose size in bytes overflows 64 bits.")]
    [InlineData("FF01", "found 255 tensors, expected at most 2.")]
    [InlineData("0105", "a name: found 0 bytes, expected 5: the file was cut off in writing, or is none of TorchSharp.")]
    [InlineData("0101FF000101", "found a name that is not UTF-8.")]
    [InlineData("010161000100FFFF", "found 2 bytes after the last tensor, expected none.")]
    [InlineData("0201610001000161000100", "tensor a stands twice in the file, expected once.")]
    public void StateDictionariesOfTorchSharp(string hex, string message)
    {
        string path = _folder["x.dat"];
        File.WriteAllBytes(path, Convert.FromHexString(hex));
        Assert.Equal($"{path}: {message}", Assert.ThrowsAny<InvalidRunException>(() => TorchSharpContainer.Instance.Open(path)).Message);
    }
}
