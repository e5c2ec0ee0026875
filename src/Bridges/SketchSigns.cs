using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>The matrix R of a sketch, D × k with independent entries ±1/√k, of which any rows can be had without the others: E[R Rᵀ] = I.</summary>
/// <param name="columns">k.</param>
/// <param name="seed">The same seed gives the same R, whatever was asked for before.</param>
internal sealed class SketchSigns(int columns, long seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private readonly double _size = 1 / Math.Sqrt(columns);

    /// <summary>Rows [first, first + block.Columns) of R, transposed: column i of the block is row first + i.</summary>
    public void Fill(long first, in MatrixView block)
    {
        for (int i = 0; i < block.Columns; i++)
        {
            var row = block.Column(i);
            ulong state = Mix((ulong)seed + Golden) ^ Mix((ulong)(first + i) * Golden + 1), bits = 0;
            for (int c = 0; c < columns; c++)
            {
                if (c % 64 == 0) bits = Mix(state += Golden);
                row[c] = (bits >> (c % 64) & 1) == 0 ? _size : -_size;
            }
        }
    }

    // The output function of SplitMix64.
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
