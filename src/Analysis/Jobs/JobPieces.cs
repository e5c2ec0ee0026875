using KernelFlow.Analysis.Cache;
using KernelFlow.Files;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Jobs;

/// <summary>The files of pieces in a job's folder: written under a temporary name and renamed, each with the plan's sum in it and a checksum.</summary>
/// <param name="folder">The job's folder.</param>
/// <param name="id">The plan's sum.</param>
/// <param name="missing">What is thrown for a piece that is not there, or is damaged; null where it is computed then.</param>
internal sealed class JobPieces(string folder, string id, Func<JobPiece, string, InvalidJobException>? missing) : KernelStore
{
    /// <summary>The folder of the files.</summary>
    public const string FolderName = "pieces";

    /// <summary>The name of a piece's file.</summary>
    public static string NameOf(JobPiece piece) => FormattableString.Invariant(piece.IsInterval ? $"interval-{piece.A:D6}{EntryFile.Suffix}"
        : (FormattableString)$"kernel-{piece.A:D6}-{piece.B:D6}-rows-{piece.Block:D4}{EntryFile.Suffix}");

    /// <summary>Whether a name is that of a piece or an entry.</summary>
    public static bool IsPiece(string name) => name.EndsWith(EntryFile.Suffix, StringComparison.Ordinal);

    /// <summary>Where the file of a piece is.</summary>
    public string PathOf(JobPiece piece) => Path.Combine(folder, FolderName, NameOf(piece));

    /// <summary>Whether a piece is there; its checksum is compared when it is used.</summary>
    public bool Has(JobPiece piece) => File.Exists(PathOf(piece));

    /// <summary>Reads a piece.</summary>
    /// <param name="piece">Which one.</param>
    /// <param name="defect">What is wrong with it; null where nothing is, or it is not there.</param>
    /// <returns>Its matrices; null where it cannot be used.</returns>
    public Dictionary<string, DenseMatrix>? Read(JobPiece piece, out string? defect)
    {
        EntryFile.TryRead(PathOf(piece), Key(piece), out var matrices, out defect);
        return matrices;
    }

    /// <summary>Writes a piece.</summary>
    public void Write(JobPiece piece, IReadOnlyDictionary<string, DenseMatrix> matrices) =>
        AtomicFile.Write(PathOf(piece), stream => EntryFile.Write(stream, Key(piece), matrices));

    /// <inheritdoc/>
    public override bool TryRead(KernelPart part, IReadOnlyList<MatrixView> into)
    {
        var piece = new JobPiece(part.A, part.B, part.Block);
        var found = Read(piece, out string? defect);
        if (found is null || !Fits(found, into)) return missing is null ? false : throw missing(piece, defect ?? "it is not there");
        for (int i = 0; i < into.Count; i++) ((MatrixView)found[Name(i)]).CopyTo(into[i]);
        return true;
    }

    /// <inheritdoc/>
    public override void Write(KernelPart part, IReadOnlyList<MatrixView> matrices) => Write(new JobPiece(part.A, part.B, part.Block),
        matrices.Select((m, i) => (Name: Name(i), Matrix: m.ToMatrix())).ToDictionary(m => m.Name, m => m.Matrix));

    private static bool Fits(Dictionary<string, DenseMatrix> found, IReadOnlyList<MatrixView> into) => found.Count == into.Count
        && into.Select((m, i) => found.TryGetValue(Name(i), out var x) && (x.RowCount, x.ColumnCount) == (m.Rows, m.Columns)).All(same => same);

    private CacheKey Key(JobPiece piece) => CacheKey.Of(piece.IsInterval ? "interval" : "kernel", ("plan", id), ("a", piece.A), ("b", piece.B),
        ("block", piece.Block));

    private static string Name(int i) => FormattableString.Invariant($"{i}");
}
