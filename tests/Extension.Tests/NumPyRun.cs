using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using KernelFlow;

namespace Extension.Tests;

/// <summary>A run whose checkpoints and targets are archives as numpy.savez writes them is analysed as one in safetensors is.</summary>
public sealed class NumPyRun : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-npz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The shipped run with every file turned into an archive.</summary>
    private string Convert(CompressionLevel level, bool firstFastest)
    {
        foreach (string file in Directory.GetFiles(DigitsTiny.Folder, "*.safetensors"))
        {
            using var source = SafetensorsFile.Open(file);
            using var archive = ZipFile.Open(Path.Combine(_folder, Path.ChangeExtension(Path.GetFileName(file), ".npz")), ZipArchiveMode.Create);
            foreach (string name in source.Names) WriteArray(archive, source[name], level, firstFastest);
        }
        string manifest = File.ReadAllText(Path.Combine(DigitsTiny.Folder, "run.json"));
        manifest = manifest.Replace(".safetensors", ".npz", StringComparison.Ordinal).Replace("ha256\"", "haOfAnother\"", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "run.json"), manifest);
        return _folder;
    }

    private static void WriteArray(ZipArchive archive, TensorSource tensor, CompressionLevel level, bool firstFastest)
    {
        string shape = string.Concat(tensor.Shape.Select(extent => string.Create(CultureInfo.InvariantCulture, $"{extent},")));
        string descr = tensor.Type switch { StorageType.Float32 => "<f4", StorageType.Int64 => "<i8", StorageType.Boolean => "|b1", _ => "<f8" };
        string header = $"{{'descr': '{descr}', 'fortran_order': {firstFastest}, 'shape': ({shape}), }}".PadRight(117) + "\n";
        using var stream = archive.CreateEntry(tensor.Name + ".npy", level).Open();
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header)]);
        double[] values = tensor.ReadAll();
        if (firstFastest && tensor.Shape.Count == 2)
        {
            int columns = (int)tensor.Shape[1];
            values = [.. Enumerable.Range(0, columns).SelectMany(c => values.Where((_, i) => i % columns == c))];
        }
        stream.Write(tensor.Type switch
        {
            StorageType.Float32 => MemoryMarshal.AsBytes<float>([.. values.Select(v => (float)v)]),
            StorageType.Int64 => MemoryMarshal.AsBytes<long>([.. values.Select(v => (long)v)]),
            StorageType.Boolean => (byte[])[.. values.Select(v => (byte)v)],
            _ => MemoryMarshal.AsBytes<double>(values),
        });
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression, false)]
    [InlineData(CompressionLevel.Optimal, true)]
    public void GivesTheSameNumbers(CompressionLevel level, bool firstFastest)
    {
        using var run = RecordedRun.Open(Convert(level, firstFastest));
        Assert.EndsWith("checkpoint-000000.npz", run.Checkpoints[0].Location);
        ReservoirAnalysis own = Analyze.Reservoir(run.Checkpoints, DigitsTiny.Options), shipped = DigitsTiny.Analyse(DigitsTiny.Options);
        Assert.Equal(shipped.Spectrum.Eigenvalues, own.Spectrum.Eigenvalues);
        Assert.Equal(shipped.Claims.Select(c => c with { Figures = [] }), own.Claims.Select(c => c with { Figures = [] }));
        Assert.Equal(shipped.Claims.SelectMany(c => c.Figures), own.Claims.SelectMany(c => c.Figures));
    }
}
