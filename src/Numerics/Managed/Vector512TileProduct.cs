using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelFlow.Numerics.Managed;

/// <summary>AVX-512: a tile of 24×8, 24 of 32 registers hold sums.</summary>
internal sealed unsafe class Vector512TileProduct : TileProduct
{
    private const int W = 8;

    public override string Name => "Vector512";

    public override int RowsPerPanel => 3 * W;

    public override int ColumnsPerPanel => 8;

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
        Vector512<double> c00 = default, c01 = default, c02 = default, c03 = default, c04 = default, c05 = default, c06 = default, c07 = default;
        Vector512<double> c10 = default, c11 = default, c12 = default, c13 = default, c14 = default, c15 = default, c16 = default, c17 = default;
        Vector512<double> c20 = default, c21 = default, c22 = default, c23 = default, c24 = default, c25 = default, c26 = default, c27 = default;
        for (; depth > 0; depth--)
        {
            var a0 = Vector512.Load(a);
            var a1 = TVectors.Count > 1 ? Vector512.Load(a + W) : default;
            var a2 = TVectors.Count > 2 ? Vector512.Load(a + 2 * W) : default;
            Step<TVectors>(a0, a1, a2, Vector512.Create(b[0]), ref c00, ref c10, ref c20);
            Step<TVectors>(a0, a1, a2, Vector512.Create(b[1]), ref c01, ref c11, ref c21);
            Step<TVectors>(a0, a1, a2, Vector512.Create(b[2]), ref c02, ref c12, ref c22);
            Step<TVectors>(a0, a1, a2, Vector512.Create(b[3]), ref c03, ref c13, ref c23);
            Step<TVectors>(a0, a1, a2, Vector512.Create(b[4]), ref c04, ref c14, ref c24);
            Step<TVectors>(a0, a1, a2, Vector512.Create(b[5]), ref c05, ref c15, ref c25);
            Step<TVectors>(a0, a1, a2, Vector512.Create(b[6]), ref c06, ref c16, ref c26);
            Step<TVectors>(a0, a1, a2, Vector512.Create(b[7]), ref c07, ref c17, ref c27);
            a += TVectors.Count * W;
            b += 8;
        }
        Put<TVectors>(c, c00, c10, c20, accumulate);
        Put<TVectors>(c + ldc, c01, c11, c21, accumulate);
        Put<TVectors>(c + 2 * ldc, c02, c12, c22, accumulate);
        Put<TVectors>(c + 3 * ldc, c03, c13, c23, accumulate);
        Put<TVectors>(c + 4 * ldc, c04, c14, c24, accumulate);
        Put<TVectors>(c + 5 * ldc, c05, c15, c25, accumulate);
        Put<TVectors>(c + 6 * ldc, c06, c16, c26, accumulate);
        Put<TVectors>(c + 7 * ldc, c07, c17, c27, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TVectors>(Vector512<double> a0, Vector512<double> a1, Vector512<double> a2, Vector512<double> b,
        ref Vector512<double> c0, ref Vector512<double> c1, ref Vector512<double> c2) where TVectors : struct, IVectors
    {
        c0 = Vector512.FusedMultiplyAdd(a0, b, c0);
        if (TVectors.Count > 1) c1 = Vector512.FusedMultiplyAdd(a1, b, c1);
        if (TVectors.Count > 2) c2 = Vector512.FusedMultiplyAdd(a2, b, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TVectors>(double* c, Vector512<double> c0, Vector512<double> c1, Vector512<double> c2, bool accumulate)
        where TVectors : struct, IVectors
    {
        if (accumulate)
        {
            c0 += Vector512.Load(c);
            if (TVectors.Count > 1) c1 += Vector512.Load(c + W);
            if (TVectors.Count > 2) c2 += Vector512.Load(c + 2 * W);
        }
        c0.Store(c);
        if (TVectors.Count > 1) c1.Store(c + W);
        if (TVectors.Count > 2) c2.Store(c + 2 * W);
    }
}
