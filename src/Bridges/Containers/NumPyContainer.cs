using KernelFlow.Bridges;
using KernelFlow.Files;

namespace KernelFlow;

/// <summary>Archives of <c>numpy.savez</c> and <c>savez_compressed</c> (.npz), and files of <c>numpy.save</c> (.npy), which hold one array under the file's
/// name without the extension.</summary>
/// <remarks>Both orders of elements and of bytes; a stored array in C order is read piece by piece where it lies. One that is compressed or in Fortran order is
/// laid out once, in a temporary file if it is large. Objects and text are refused, and nothing is evaluated.</remarks>
public sealed class NumPyContainer : CheckpointContainer
{
    private const string Extension = ".npy";

    /// <summary>The one instance; it holds nothing.</summary>
    public static NumPyContainer Instance { get; } = new();

    private NumPyContainer() : base("npz") { }

    /// <summary>Names that end in .npz or .npy.</summary>
    /// <inheritdoc/>
    public override bool Recognises(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) || IsSingle(path);
    }

    /// <inheritdoc/>
    public override ContainerFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ArrayFile.Open(path, IsSingle(path) ? ReadSingle : ReadArchive);
    }

    private static bool IsSingle(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<StoredArray> ReadSingle(PositionedFile file, SharedScratch scratch)
    {
        var beginning = new byte[Math.Min(file.Length, NpyHeader.Lead + NpyHeader.MaximumLength)];
        file.Read(0, beginning);
        return [NpyHeader.Read(beginning, file.Path)
            .Array(Path.GetFileNameWithoutExtension(file.Path), new FileBytes(file, 0, file.Length), scratch, file.Path, isWhole: false)];
    }

    private static List<StoredArray> ReadArchive(PositionedFile file, SharedScratch scratch)
    {
        var archive = new ZipFileReader(file, scratch);
        var arrays = new List<StoredArray>();
        var names = archive.Members.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var member in archive.Members)
        {
            // NumPy hands out other members as bytes; no tensor of a run is such.
            if (!member.Name.EndsWith(Extension, StringComparison.Ordinal)) continue;
            string place = $"{file.Path}: {PrintableText.Name(member.Name)}";
            if (names.Contains(member.Name[..^Extension.Length]))
                throw new InvalidRunException($"{place}: found beside a member of that name without {Extension}, expected one of the two.");
            var header = NpyHeader.Read(archive.Beginning(member, NpyHeader.Lead + NpyHeader.MaximumLength), place);
            arrays.Add(header.Array(member.Name[..^Extension.Length], archive.Open(member), scratch, place, isWhole: true));
        }
        return arrays;
    }
}
