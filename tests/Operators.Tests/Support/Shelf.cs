using KernelFlow.Numerics;

namespace KernelFlow.Operators.Tests;

/// <summary>Keeps parts of kernels in memory and counts what is given to it.</summary>
internal sealed class Shelf : KernelStore
{
    public Dictionary<KernelPart, double[][]> Parts { get; } = [];

    public int Written { get; private set; }

    public override bool TryRead(KernelPart part, IReadOnlyList<MatrixView> into)
    {
        if (!Parts.TryGetValue(part, out var kept)) return false;
        for (int i = 0; i < into.Count; i++) new MatrixView(kept[i], into[i].Rows, into[i].Columns).CopyTo(into[i]);
        return true;
    }

    public override void Write(KernelPart part, IReadOnlyList<MatrixView> matrices)
    {
        Parts[part] = [.. matrices.Select(m => Enumerable.Range(0, m.Columns).SelectMany(j => m.Column(j).ToArray()).ToArray())];
        Written++;
    }
}
