using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelFlow.Numerics.Managed;

/// <summary>AVX2 with FMA: a tile of 12×4, 12 of 16 registers hold sums.</summary>
internal sealed unsafe class Vector256TileProduct : TileProduct
{
    private const int W = 4;

    public override string Name => "Vector256";

    public override int RowsPerPanel => 3 * W;

    public override int ColumnsPerPanel => 4;

    public override int RowGranule => W;

    public override void Run(int rows, int depth, double* a, double* b, double* c, nint ldc, bool accumulate)
    {
        switch (rows / W)
        {
            case 1: Run<OneVector>(depth, a, b, c, ldc, accumulate); break;
            case 2: Run<TwoVectors>(depth, a, b, c, ldc, accumulate); break;
            default: Run<ThreeVectors>(depth, a, b, c, ldc, accumulate); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TVectors>(int depth, double* a, double* b, double* c, nint ldc, bool accumulate) where TVectors : struct, IVectors
    {
        // cvj is vector v of column j of the tile; the tests on TVectors.Count are constants to the compiler.
        Vector256<double> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector256<double> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector256<double> c20 = default, c21 = default, c22 = default, c23 = default;
        for (; depth > 0; depth--)
        {
            var a0 = Vector256.Load(a);
            var a1 = TVectors.Count > 1 ? Vector256.Load(a + W) : default;
            var a2 = TVectors.Count > 2 ? Vector256.Load(a + 2 * W) : default;
            Step<TVectors>(a0, a1, a2, Vector256.Create(b[0]), ref c00, ref c10, ref c20);
            Step<TVectors>(a0, a1, a2, Vector256.Create(b[1]), ref c01, ref c11, ref c21);
            Step<TVectors>(a0, a1, a2, Vector256.Create(b[2]), ref c02, ref c12, ref c22);
            Step<TVectors>(a0, a1, a2, Vector256.Create(b[3]), ref c03, ref c13, ref c23);
            a += TVectors.Count * W;
            b += 4;
        }
        Put<TVectors>(c, c00, c10, c20, accumulate);
        Put<TVectors>(c + ldc, c01, c11, c21, accumulate);
        Put<TVectors>(c + 2 * ldc, c02, c12, c22, accumulate);
        Put<TVectors>(c + 3 * ldc, c03, c13, c23, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TVectors>(Vector256<double> a0, Vector256<double> a1, Vector256<double> a2, Vector256<double> b,
        ref Vector256<double> c0, ref Vector256<double> c1, ref Vector256<double> c2) where TVectors : struct, IVectors
    {
        c0 = Vector256.FusedMultiplyAdd(a0, b, c0);
        if (TVectors.Count > 1) c1 = Vector256.FusedMultiplyAdd(a1, b, c1);
        if (TVectors.Count > 2) c2 = Vector256.FusedMultiplyAdd(a2, b, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TVectors>(double* c, Vector256<double> c0, Vector256<double> c1, Vector256<double> c2, bool accumulate)
        where TVectors : struct, IVectors
    {
        if (accumulate)
        {
            c0 += Vector256.Load(c);
            if (TVectors.Count > 1) c1 += Vector256.Load(c + W);
            if (TVectors.Count > 2) c2 += Vector256.Load(c + 2 * W);
        }
        c0.Store(c);
        if (TVectors.Count > 1) c1.Store(c + W);
        if (TVectors.Count > 2) c2.Store(c + 2 * W);
    }
}
