using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelFlow.Numerics.Managed;

/// <summary>Any processor: a tile of 4×4 in 128-bit vectors (SSE2, NEON; scalar where there are none), fused where the hardware can.</summary>
internal sealed unsafe class PortableTileProduct : TileProduct
{
    public override string Name => "portable";

    public override int RowsPerPanel => 4;

    public override int ColumnsPerPanel => 4;

    public override int RowGranule => 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int rows, int depth, double* a, double* b, double* c, nint ldc, bool accumulate)
    {
        Vector128<double> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector128<double> c10 = default, c11 = default, c12 = default, c13 = default;
        for (; depth > 0; depth--)
        {
            var a0 = Vector128.Load(a);
            var a1 = Vector128.Load(a + 2);
            var b0 = Vector128.Create(b[0]);
            c00 = Vector128.MultiplyAddEstimate(a0, b0, c00);
            c10 = Vector128.MultiplyAddEstimate(a1, b0, c10);
            var b1 = Vector128.Create(b[1]);
            c01 = Vector128.MultiplyAddEstimate(a0, b1, c01);
            c11 = Vector128.MultiplyAddEstimate(a1, b1, c11);
            var b2 = Vector128.Create(b[2]);
            c02 = Vector128.MultiplyAddEstimate(a0, b2, c02);
            c12 = Vector128.MultiplyAddEstimate(a1, b2, c12);
            var b3 = Vector128.Create(b[3]);
            c03 = Vector128.MultiplyAddEstimate(a0, b3, c03);
            c13 = Vector128.MultiplyAddEstimate(a1, b3, c13);
            a += 4;
            b += 4;
        }
        Put(c, c00, c10, accumulate);
        Put(c + ldc, c01, c11, accumulate);
        Put(c + 2 * ldc, c02, c12, accumulate);
        Put(c + 3 * ldc, c03, c13, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(double* c, Vector128<double> c0, Vector128<double> c1, bool accumulate)
    {
        if (accumulate)
        {
            c0 += Vector128.Load(c);
            c1 += Vector128.Load(c + 2);
        }
        c0.Store(c);
        c1.Store(c + 2);
    }
}
