using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelFlow.Numerics.Managed;

/// <summary>Y ← Y + Aᵀ·X·diag(w) for an X of few columns, A read once and never packed: packing A would cost as much as such a product.</summary>
/// <remarks>Four columns of A with up to four of X at a time, all sums in registers. A number of Y is one sum, whoever forms it: threads change
/// nothing.</remarks>
internal static unsafe class ColumnProducts
{
    private const int Block = 4;

    // Below this many operations a second thread costs more than it does.
    private const double ParallelWork = 2e6;

    public static void Run(in MatrixView a, in MatrixView x, ReadOnlySpan<double> factors, in MatrixView y, ThreadBudget spare)
    {
        fixed (double* pa = a.Array, px = x.Array, pf = factors, py = y.Array)
        {
            var work = new Work(pa + a.Offset, a.LeadingDimension, px + x.Offset, x.LeadingDimension, pf, py + y.Offset, y.LeadingDimension, a.Rows, x.Columns);
            int blocks = (a.Columns + Block - 1) / Block, columns = a.Columns;
            if (spare.Capacity > 0 && 2.0 * a.Rows * a.Columns * x.Columns >= ParallelWork)
            {
                using var beside = spare.Take(spare.Capacity);
                if (beside.Count > 0)
                {
                    Share(columns, blocks, beside.Count + 1, work.Columns);
                    return;
                }
            }
            work.Columns(0, columns);
        }
    }

    private static void Share(int columns, int blocks, int threads, Action<int, int> run)
    {
        int pieces = Math.Min(blocks, 4 * threads);
        Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, piece =>
            run(Block * (int)((long)blocks * piece / pieces), Math.Min(columns, Block * (int)((long)blocks * (piece + 1) / pieces))));
    }

    /// <summary>Y_g ← Y_g + (Σ_t w_tg A_t)ᵀ·X_g: four columns of the sum are formed in the first-level cache and multiplied there.</summary>
    /// <remarks>Of T matrices the sum takes T multiplications a number of it, and the product one for each column of X_g, where a product with each
    /// matrix would take T.</remarks>
    public static void RunSums(MatrixView[] terms, double[] weights, in MatrixView x, in MatrixView y, ThreadBudget spare)
    {
        int columns = terms[0].Columns, blocks = (columns + Block - 1) / Block;
        fixed (double* px = x.Array, py = y.Array)
        {
            var sums = new Sums(terms, weights, px + x.Offset, x.LeadingDimension, x.Columns * terms.Length / weights.Length, py + y.Offset,
                y.LeadingDimension);
            if (spare.Capacity > 0 && 2.0 * terms[0].Rows * columns * x.Columns >= ParallelWork)
            {
                using var beside = spare.Take(spare.Capacity);
                if (beside.Count > 0)
                {
                    Share(columns, blocks, beside.Count + 1, sums.Columns);
                    return;
                }
            }
            sums.Columns(0, columns);
        }
    }

    private readonly struct Sums(MatrixView[] terms, double[] weights, double* x, nint ldx, int width, double* y, nint ldy)
    {
        public void Columns(int from, int to)
        {
            int rows = terms[0].Rows, groups = weights.Length / terms.Length;
            double[] formed = ArrayPool<double>.Shared.Rent(Block * rows);
            fixed (double* pa = formed)
                for (int j = from; j < to; j += Block)
                {
                    int height = Math.Min(Block, to - j);
                    for (int g = 0; g < groups; g++)
                    {
                        for (int k = 0; k < height; k++) Form(j + k, weights.AsSpan(g * terms.Length, terms.Length), formed.AsSpan(k * rows, rows));
                        new Work(pa, rows, x + g * width * ldx, ldx, null, y + j + g * width * ldy, ldy, rows, width).Columns(0, height);
                    }
                }
            ArrayPool<double>.Shared.Return(formed);
        }

        private void Form(int j, ReadOnlySpan<double> by, Span<double> sum)
        {
            if (by.Length == 1) VectorRoutines.Scale(by[0], terms[0].Column(j), sum);
            else VectorRoutines.Combine(by[0], terms[0].Column(j), by[1], terms[1].Column(j), sum);
            for (int t = 2; t < by.Length; t++)
                if (by[t] != 0) VectorRoutines.Axpy(by[t], terms[t].Column(j), sum);
        }
    }

    private readonly struct Work(double* a, nint lda, double* x, nint ldx, double* factors, double* y, nint ldy, int rows, int width)
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Columns(int from, int to)
        {
            double* sums = stackalloc double[Block * Block];
            for (int j = from; j < to; j += Block)
            {
                // Beyond the last column the last one stands in; what it gives is not used.
                double* a0 = a + j * lda, a1 = a + Math.Min(j + 1, to - 1) * lda;
                double* a2 = a + Math.Min(j + 2, to - 1) * lda, a3 = a + Math.Min(j + 3, to - 1) * lda;
                int height = Math.Min(Block, to - j);
                for (int c = 0; c < width; c += Block)
                {
                    int count = Math.Min(Block, width - c);
                    // While these columns are multiplied from the cache the next ones come from memory, two in each round.
                    bool more = width > Block && c < 2 * Block && j + Block < to;
                    double* n0 = more ? a + Math.Min(j + Block + 2 * c / Block, to - 1) * lda : a0;
                    double* n1 = more ? a + Math.Min(j + Block + 2 * c / Block + 1, to - 1) * lda : a0;
                    if (Vector512.IsHardwareAccelerated)
                    {
                        if (count == 1) Wide<OneVector>(a0, a1, a2, a3, x + c * ldx, count, n0, n1, sums);
                        else if (count == 2) Wide<TwoVectors>(a0, a1, a2, a3, x + c * ldx, count, n0, n1, sums);
                        else Wide<FourVectors>(a0, a1, a2, a3, x + c * ldx, count, n0, n1, sums);
                    }
                    else
                        for (int k = 0; k < count; k++) Portable(a0, a1, a2, a3, x + (c + k) * ldx, sums + k * Block);
                    for (int k = 0; k < count; k++)
                    {
                        double* target = y + j + (c + k) * ldy;
                        double factor = factors is null ? 1 : factors[c + k];
                        if (height == Block) Vector256.Store(Vector256.Load(target) + factor * Vector256.Load(sums + k * Block), target);
                        else
                            for (int i = 0; i < height; i++) target[i] += factor * sums[i + k * Block];
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Wide<TCount>(double* a0, double* a1, double* a2, double* a3, double* b, int count, double* n0, double* n1, double* sums)
            where TCount : struct, IVectors
        {
            double* b1 = b + (TCount.Count > 1 ? ldx : 0), b2 = b + (TCount.Count > 2 ? 2 * ldx : 0), b3 = b + (count > 3 ? 3 * ldx : 0);
            Vector512<double> s00 = default, s10 = default, s20 = default, s30 = default, s01 = default, s11 = default, s21 = default, s31 = default;
            Vector512<double> s02 = default, s12 = default, s22 = default, s32 = default, s03 = default, s13 = default, s23 = default, s33 = default;
            int i = 0;
            for (; i + 8 <= rows; i += 8)
            {
                Sse.Prefetch1(n0 + i);
                Sse.Prefetch1(n1 + i);
                Vector512<double> v0 = Vector512.Load(a0 + i), v1 = Vector512.Load(a1 + i), v2 = Vector512.Load(a2 + i), v3 = Vector512.Load(a3 + i);
                Add(v0, v1, v2, v3, Vector512.Load(b + i), ref s00, ref s10, ref s20, ref s30);
                if (TCount.Count > 1) Add(v0, v1, v2, v3, Vector512.Load(b1 + i), ref s01, ref s11, ref s21, ref s31);
                if (TCount.Count > 2)
                {
                    Add(v0, v1, v2, v3, Vector512.Load(b2 + i), ref s02, ref s12, ref s22, ref s32);
                    Add(v0, v1, v2, v3, Vector512.Load(b3 + i), ref s03, ref s13, ref s23, ref s33);
                }
            }
            if (i < rows && rows >= 8)
            {
                // The last eight rows once more, those that were counted by a factor of zero.
                var mask = Vector512.GreaterThanOrEqual(Vector512.CreateSequence(0.0, 1.0), Vector512.Create((double)(i - (rows - 8))));
                i = rows - 8;
                Vector512<double> v0 = Vector512.Load(a0 + i), v1 = Vector512.Load(a1 + i), v2 = Vector512.Load(a2 + i), v3 = Vector512.Load(a3 + i);
                Add(v0, v1, v2, v3, Vector512.BitwiseAnd(mask, Vector512.Load(b + i)), ref s00, ref s10, ref s20, ref s30);
                if (TCount.Count > 1) Add(v0, v1, v2, v3, Vector512.BitwiseAnd(mask, Vector512.Load(b1 + i)), ref s01, ref s11, ref s21, ref s31);
                if (TCount.Count > 2)
                {
                    Add(v0, v1, v2, v3, Vector512.BitwiseAnd(mask, Vector512.Load(b2 + i)), ref s02, ref s12, ref s22, ref s32);
                    Add(v0, v1, v2, v3, Vector512.BitwiseAnd(mask, Vector512.Load(b3 + i)), ref s03, ref s13, ref s23, ref s33);
                }
                i = rows;
            }
            Put(a0, a1, a2, a3, b, i, s00, s10, s20, s30, sums);
            if (TCount.Count > 1) Put(a0, a1, a2, a3, b1, i, s01, s11, s21, s31, sums + Block);
            if (TCount.Count <= 2) return;
            Put(a0, a1, a2, a3, b2, i, s02, s12, s22, s32, sums + 2 * Block);
            Put(a0, a1, a2, a3, b3, i, s03, s13, s23, s33, sums + 3 * Block);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Add(Vector512<double> v0, Vector512<double> v1, Vector512<double> v2, Vector512<double> v3, Vector512<double> b,
            ref Vector512<double> s0, ref Vector512<double> s1, ref Vector512<double> s2, ref Vector512<double> s3)
        {
            s0 = Vector512.FusedMultiplyAdd(v0, b, s0);
            s1 = Vector512.FusedMultiplyAdd(v1, b, s1);
            s2 = Vector512.FusedMultiplyAdd(v2, b, s2);
            s3 = Vector512.FusedMultiplyAdd(v3, b, s3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Put(double* a0, double* a1, double* a2, double* a3, double* b, int i, Vector512<double> s0, Vector512<double> s1, Vector512<double> s2,
            Vector512<double> s3, double* sums)
        {
            // Pairs are added side by side, so that the four sums end in one vector.
            var first = Avx.HorizontalAdd(s0.GetLower() + s0.GetUpper(), s1.GetLower() + s1.GetUpper());
            var second = Avx.HorizontalAdd(s2.GetLower() + s2.GetUpper(), s3.GetLower() + s3.GetUpper());
            Vector256.Store(Avx.Permute2x128(first, second, 0x20) + Avx.Permute2x128(first, second, 0x31), sums);
            Rest(a0, a1, a2, a3, b, i, sums);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Portable(double* a0, double* a1, double* a2, double* a3, double* b, double* sums)
        {
            int width = Vector<double>.Count, i = 0;
            Vector<double> s0 = default, s1 = default, s2 = default, s3 = default;
            for (; i + width <= rows; i += width)
            {
                var v = Vector.Load(b + i);
                s0 = Vector.MultiplyAddEstimate(Vector.Load(a0 + i), v, s0);
                s1 = Vector.MultiplyAddEstimate(Vector.Load(a1 + i), v, s1);
                s2 = Vector.MultiplyAddEstimate(Vector.Load(a2 + i), v, s2);
                s3 = Vector.MultiplyAddEstimate(Vector.Load(a3 + i), v, s3);
            }
            (sums[0], sums[1], sums[2], sums[3]) = (Vector.Sum(s0), Vector.Sum(s1), Vector.Sum(s2), Vector.Sum(s3));
            Rest(a0, a1, a2, a3, b, i, sums);
        }

        private void Rest(double* a0, double* a1, double* a2, double* a3, double* b, int i, double* sums)
        {
            for (; i < rows; i++)
            {
                sums[0] += a0[i] * b[i];
                sums[1] += a1[i] * b[i];
                sums[2] += a2[i] * b[i];
                sums[3] += a3[i] * b[i];
            }
        }
    }

    private readonly struct FourVectors : IVectors { public static int Count => 4; }
}
