using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelFlow.Numerics.Managed;

/// <summary>The innermost product: a tile of C from one packed panel of A and one of B, all accumulators in registers.</summary>
/// <remarks>
/// The leaf loops of this folder are compiled with full optimisation at once: tiered compilation would run them tens of times slower until it
/// notices, which a program of a few seconds pays for. Nothing in them depends on profiles.
/// </remarks>
internal abstract unsafe class TileProduct
{
    /// <summary>The largest number of elements of a tile, <see cref="RowsPerPanel"/> times <see cref="ColumnsPerPanel"/>, over all implementations.</summary>
    public const int LargestTile = 24 * 8;

    /// <summary>Instruction set, as reported by <see cref="Backend.Core"/>.</summary>
    public abstract string Name { get; }

    /// <summary>Rows of a full tile.</summary>
    public abstract int RowsPerPanel { get; }

    /// <summary>Columns of a full tile.</summary>
    public abstract int ColumnsPerPanel { get; }

    /// <summary>Rows of a tile come in multiples of this; it divides <see cref="RowsPerPanel"/> and is a multiple of 4.</summary>
    public abstract int RowGranule { get; }

    /// <summary>C ← Σ_p a_p b_pᵀ (+ C when <paramref name="accumulate"/>) for a tile of <paramref name="rows"/> × <see cref="ColumnsPerPanel"/>.</summary>
    /// <param name="rows">Rows of the tile and of the packed panel, a multiple of <see cref="RowGranule"/>.</param>
    /// <param name="depth">Length of the sum.</param>
    /// <param name="a">Panel of A: <paramref name="rows"/> values for each p.</param>
    /// <param name="b">Panel of B: <see cref="ColumnsPerPanel"/> values for each p.</param>
    /// <param name="c">The tile, column-major.</param>
    /// <param name="ldc">Its leading dimension.</param>
    /// <param name="accumulate">Add to the tile instead of overwriting it.</param>
    public abstract void Run(int rows, int depth, double* a, double* b, double* c, nint ldc, bool accumulate);

    /// <summary>The fastest implementation this processor runs.</summary>
    public static TileProduct Best { get; } = Supported()[0];

    /// <summary>Every implementation this processor runs, fastest first.</summary>
    public static IReadOnlyList<TileProduct> Supported()
    {
        var products = new List<TileProduct>();
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported) products.Add(new Vector512TileProduct());
        if (Vector256.IsHardwareAccelerated && Fma.IsSupported) products.Add(new Vector256TileProduct());
        products.Add(new PortableTileProduct());
        return products;
    }
}

/// <summary>A number known at compile time, so that one source gives the code for 1, 2 and 3 vectors of rows.</summary>
internal interface IVectors
{
    static abstract int Count { get; }
}

internal readonly struct OneVector : IVectors { public static int Count => 1; }

internal readonly struct TwoVectors : IVectors { public static int Count => 2; }

internal readonly struct ThreeVectors : IVectors { public static int Count => 3; }
