using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using KernelFlow;

namespace Extension.Tests;

/// <summary>What numpy.savez writes: a zip archive with one .npy file for each array.</summary>
public sealed class NpzContainer() : CheckpointContainer("npz")
{
    public override bool Recognises(string path) => path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase);

    public override ContainerFile Open(string path) => new NpzFile(path);
}

/// <summary>Reads the headers when it is opened, and the numbers of an array when they are asked for.</summary>
internal sealed class NpzFile : ContainerFile
{
    private readonly Dictionary<string, NpyArray> _arrays;

    public NpzFile(string path) : base(path)
    {
        try
        {
            using var archive = ZipFile.OpenRead(path);
            _arrays = archive.Entries.Select(entry => NpyArray.Open(path, entry)).ToDictionary(array => array.Name);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException)
        {
            throw new InvalidRunException($"{path}: found a file that cannot be read ({e.Message}), expected an archive of numpy.savez.", e);
        }
    }

    public override IEnumerable<string> Names => _arrays.Keys;

    public override TensorSource? Find(string name) => _arrays.GetValueOrDefault(name);
}

/// <summary>An array in C order of float64, float32, int64 (all little-endian) or boolean elements.</summary>
internal sealed partial class NpyArray(string name, string path, long[] shape, StorageType type, int start) : TensorSource(name, path, shape, type)
{
    public static NpyArray Open(string path, ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var lead = new byte[10]; // "\x93NUMPY", a version of two bytes, and the length of the header
        stream.ReadExactly(lead);
        var text = new byte[BinaryPrimitives.ReadUInt16LittleEndian(lead.AsSpan(8))];
        stream.ReadExactly(text);
        string name = System.IO.Path.GetFileNameWithoutExtension(entry.FullName), header = Encoding.ASCII.GetString(text);
        var match = Header().Match(header);
        StorageType? type = match.Groups[1].Value switch
        {
            "<f8" => StorageType.Float64,
            "<f4" => StorageType.Float32,
            "<i8" => StorageType.Int64,
            "|b1" => StorageType.Boolean,
            _ => null,
        };
        if (type is null) throw new InvalidRunException($"{path}: {name}: found the header {header.Trim()}, expected <f8, <f4, <i8 or |b1 in C order.");
        long[] shape = [.. match.Groups[2].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(extent => long.Parse(extent, CultureInfo.InvariantCulture))];
        return new NpyArray(name, path, shape, type.Value, lead.Length + text.Length);
    }

    // Opens the archive anew each time, so that several threads can read; what lies before is skipped, because a zip entry cannot seek.
    protected override void ReadCore(long first, Span<double> destination)
    {
        using var archive = ZipFile.OpenRead(Location);
        using var stream = archive.GetEntry(Name + ".npy")!.Open();
        for (long left = start + first * Type.Size(); left > 0; left -= (int)Math.Min(left, 4096)) stream.ReadExactly(new byte[(int)Math.Min(left, 4096)]);
        var bytes = new byte[destination.Length * Type.Size()];
        stream.ReadExactly(bytes);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = Type switch
            {
                StorageType.Float64 => MemoryMarshal.Cast<byte, double>(bytes)[i],
                StorageType.Float32 => MemoryMarshal.Cast<byte, float>(bytes)[i],
                StorageType.Boolean => bytes[i],
                _ => MemoryMarshal.Cast<byte, long>(bytes)[i],
            };
        }
    }

    [GeneratedRegex(@"'descr': '([^']+)', 'fortran_order': False, 'shape': \(([^)]*)\)")]
    private static partial Regex Header();
}

public sealed class OwnContainer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-npz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The shipped run with every file turned into an archive as numpy.savez writes it.</summary>
    private string Convert()
    {
        foreach (string file in Directory.GetFiles(DigitsTiny.Folder, "*.safetensors"))
        {
            using var source = SafetensorsFile.Open(file);
            using var archive = ZipFile.Open(Path.Combine(_folder, Path.ChangeExtension(Path.GetFileName(file), ".npz")), ZipArchiveMode.Create);
            foreach (string name in source.Names) WriteArray(archive, source[name]);
        }
        string manifest = File.ReadAllText(Path.Combine(DigitsTiny.Folder, "run.json"));
        File.WriteAllText(Path.Combine(_folder, "run.json"), manifest.Replace(".safetensors", ".npz", StringComparison.Ordinal));
        return _folder;
    }

    private static void WriteArray(ZipArchive archive, TensorSource tensor)
    {
        string shape = string.Concat(tensor.Shape.Select(extent => string.Create(CultureInfo.InvariantCulture, $"{extent},")));
        string descr = tensor.Type switch { StorageType.Float32 => "<f4", StorageType.Int64 => "<i8", StorageType.Boolean => "|b1", _ => "<f8" };
        string header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}".PadRight(117) + "\n";
        using var stream = archive.CreateEntry(tensor.Name + ".npy", CompressionLevel.NoCompression).Open();
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header)]);
        double[] values = tensor.ReadAll();
        stream.Write(tensor.Type switch
        {
            StorageType.Float32 => MemoryMarshal.AsBytes<float>([.. values.Select(v => (float)v)]),
            StorageType.Int64 => MemoryMarshal.AsBytes<long>([.. values.Select(v => (long)v)]),
            StorageType.Boolean => (byte[])[.. values.Select(v => (byte)v)],
            _ => MemoryMarshal.AsBytes<double>(values),
        });
    }

    [Fact]
    public void ARunOfItsFilesGivesTheSameNumbers()
    {
        using var run = RecordedRun.Open(Convert(), format: RunFormat.Default.With(new NpzContainer()));
        Assert.EndsWith("checkpoint-000000.npz", run.Checkpoints[0].Location);
        ReservoirAnalysis own = Analyze.Reservoir(run.Checkpoints, DigitsTiny.Options), shipped = DigitsTiny.Analyse(DigitsTiny.Options);
        Assert.Equal(shipped.Spectrum.Eigenvalues, own.Spectrum.Eigenvalues);
        Assert.Equal(shipped.Claims.Select(c => c with { Figures = [] }), own.Claims.Select(c => c with { Figures = [] }));
        Assert.Equal(shipped.Claims.SelectMany(c => c.Figures), own.Claims.SelectMany(c => c.Figures));

        // The results name their input by the bytes of its files, and these are others.
        using var report = new Written(own);
        string hash = report.Results.GetProperty("run").GetProperty("inputHash").GetString()!;
        Assert.Equal(run.InputHash(), hash);
        Assert.NotEqual(shipped.Run.InputHash, hash);
        Assert.Contains(hash["sha256:".Length..][..8], report.Html);
    }

    [Fact]
    public void AFileThatIsNoArchiveIsRefusedByName()
    {
        string path = Path.Combine(_folder, "a.npz");
        File.WriteAllText(path, "no archive");
        string message = Assert.Throws<InvalidRunException>(() => RunFormat.Default.With(new NpzContainer()).OpenFile(path)).Message;
        Assert.StartsWith($"{path}: found a file that cannot be read", message);
        Assert.EndsWith("expected an archive of numpy.savez.", message);
    }

    [Fact]
    public void WithoutTheContainerTheRunIsRefused()
    {
        string folder = Convert();
        Assert.Contains(".npz", Assert.Throws<InvalidRunException>(() => RecordedRun.Open(folder)).Message);
    }
}
