using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelFlow.Numerics.Managed;

/// <summary>Scaled copies between strided blocks, as needed by packing, triangular solves and mirrored triangles.</summary>
internal static unsafe class BlockTranspose
{
    private const int MirrorBlock = 64;

    /// <summary>target[j·ldt + i] ← scale·source[i·lds + j] for i &lt; rows, j &lt; columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(double* source, nint lds, double* target, nint ldt, int rows, int columns, double scale = 1)
    {
        int rows4 = Avx.IsSupported ? rows & ~3 : 0, columns4 = columns & ~3;
        for (int j = 0; j < columns4; j += 4)
        {
            for (int i = 0; i < rows4; i += 4) Run4(source + i * lds + j, lds, target + j * ldt + i, ldt, scale);
        }
        for (int i = 0; i < rows4; i++)
        {
            for (int j = columns4; j < columns; j++) target[j * ldt + i] = scale * source[i * lds + j];
        }
        for (int i = rows4; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) target[j * ldt + i] = scale * source[i * lds + j];
        }
    }

    /// <summary>target[j·ldt + i] ← scale·source[j·lds + i] for i &lt; rows, j &lt; columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(double* source, nint lds, double* target, nint ldt, int rows, int columns, double scale = 1)
    {
        int rows4 = rows & ~3;
        for (int j = 0; j < columns; j++)
        {
            double* from = source + j * lds, to = target + j * ldt;
            int i = 0;
            for (; i < rows4; i += 4) (Vector256.Load(from + i) * scale).Store(to + i);
            for (; i < rows; i++) to[i] = scale * from[i];
        }
    }

    /// <summary>Copies the strict lower triangle of a square matrix onto the upper one.</summary>
    public static void MirrorLower(in MatrixView c, ThreadBudget spare)
    {
        int blocks = (c.Rows + MirrorBlock - 1) / MirrorBlock;
        SharedColumns.Run(spare, blocks, 0.5 * c.Rows * c.Columns, new Mirror(c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run4(double* source, nint lds, double* target, nint ldt, double scale)
    {
        var r0 = Vector256.Load(source) * scale;
        var r1 = Vector256.Load(source + lds) * scale;
        var r2 = Vector256.Load(source + 2 * lds) * scale;
        var r3 = Vector256.Load(source + 3 * lds) * scale;
        var low01 = Avx.UnpackLow(r0, r1);
        var high01 = Avx.UnpackHigh(r0, r1);
        var low23 = Avx.UnpackLow(r2, r3);
        var high23 = Avx.UnpackHigh(r2, r3);
        Avx.Permute2x128(low01, low23, 0x20).Store(target);
        Avx.Permute2x128(high01, high23, 0x20).Store(target + ldt);
        Avx.Permute2x128(low01, low23, 0x31).Store(target + 2 * ldt);
        Avx.Permute2x128(high01, high23, 0x31).Store(target + 3 * ldt);
    }

    // The blocks right of and on the diagonal, column of blocks by column of blocks.
    private readonly struct Mirror(MatrixView c) : IColumnWork
    {
        public void Run(int first, int last)
        {
            fixed (double* start = &c.Array[c.Offset])
            {
                nint ld = c.LeadingDimension;
                for (int j = first * MirrorBlock; j < Math.Min(last * MirrorBlock, c.Columns); j += MirrorBlock)
                {
                    int width = Math.Min(MirrorBlock, c.Columns - j), below = j + width;
                    for (int column = j; column < below; column++)
                    {
                        for (int row = column + 1; row < below; row++) start[row * ld + column] = start[column * ld + row];
                    }
                    for (int i = below; i < c.Rows; i += MirrorBlock)
                        BlockTranspose.Run(start + j * ld + i, ld, start + i * ld + j, ld, width, Math.Min(MirrorBlock, c.Rows - i));
                }
            }
        }
    }
}
