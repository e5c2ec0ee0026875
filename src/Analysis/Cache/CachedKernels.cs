using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Cache;

/// <summary>Blocks of kernels that were formed from Jacobians, in the cache.</summary>
internal sealed class CachedKernels(RunCache cache) : KernelStore
{
    /// <inheritdoc/>
    public override bool TryRead(KernelPart part, IReadOnlyList<MatrixView> into)
    {
        if (cache.TryRead(Key(part)) is not { } found || found.Count != into.Count) return false;
        DenseMatrix?[] blocks =
            [.. into.Select((m, i) => found.TryGetValue(Name(i), out var b) && (b.RowCount, b.ColumnCount) == (m.Rows, m.Columns) ? b : null)];
        if (blocks.Contains(null)) return false;
        for (int i = 0; i < into.Count; i++) ((MatrixView)blocks[i]!).CopyTo(into[i]);
        return true;
    }

    /// <inheritdoc/>
    public override void Write(KernelPart part, IReadOnlyList<MatrixView> matrices) =>
        cache.Write(Key(part), matrices.Select((m, i) => (Name: Name(i), Matrix: m.ToMatrix())).ToDictionary(m => m.Name, m => m.Matrix));

    private CacheKey Key(KernelPart part) => cache.Key("kernel", cache.Fact(part.A), cache.Fact(part.B), ("block", part.Block));

    private static string Name(int i) => FormattableString.Invariant($"{i}");
}
