using System.Runtime.CompilerServices;

namespace KernelFlow.Numerics.Managed;

/// <summary>
/// C ← α·op(A)·op(B) + β·C by packing panels of A and B into contiguous buffers sized for the caches and multiplying them tile by tile;
/// with <c>lower</c>, only the elements on and below the diagonal of a square C are computed and touched.
/// </summary>
/// <remarks>
/// Loop order and packing follow K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008,
/// in the five-loop form of BLIS. The order of summation within an element depends on the depth alone, so results do not depend on the number of threads.
/// </remarks>
/// <param name="product">The innermost product.</param>
/// <param name="spare">The threads that may compute beside the caller.</param>
internal sealed unsafe class PackedGemm(TileProduct product, ThreadBudget spare)
{
    // A block of A (240×256 doubles) stays in a 1 MB second-level cache, one panel of B (8×256) in the first level.
    private const int MaxDepth = 256, MaxRows = 240, MaxColumns = 2016;

    // Below about 2·200³ operations starting a second thread costs more than it saves.
    private const double ParallelWork = 2e7;

    private readonly int _mr = product.RowsPerPanel, _nr = product.ColumnsPerPanel;

    public TileProduct Product => product;

    public ThreadBudget Spare => spare;

    /// <summary>The product; C must not overlap A or B.</summary>
    public void Run(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c, bool lower = false)
    {
        if (c.Rows == 0 || c.Columns == 0) return;
        int depth = opA == Op.None ? a.Columns : a.Rows;
        if (spare.Capacity > 0 && 2.0 * c.Rows * c.Columns * depth >= (lower ? 2 : 1) * ParallelWork)
        {
            using var beside = spare.Take(spare.Capacity);
            if (beside.Count > 0)
            {
                RunStrips(opA, opB, alpha, a, b, beta, c, lower, depth, 1 + beside.Count);
                return;
            }
        }
        RunOne(opA, opB, alpha, a, b, beta, c, lower, depth);
    }

    private void RunStrips(Op opA, Op opB, double alpha, MatrixView a, MatrixView b, double beta, MatrixView c, bool lower, int depth, int threads)
    {
        bool byColumns = lower || c.Columns >= c.Rows;
        int size = byColumns ? c.Columns : c.Rows, granule = byColumns ? _nr : _mr;
        int strips = Math.Min(threads, (size + granule - 1) / granule);
        SharedColumns.Run(strips - 1, strips, strips, new Strips(this, opA, opB, alpha, a, b, beta, c, lower, byColumns, depth, strips));
    }

    private void RunOne(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c, bool lower, int depth)
    {
        bool nothing = alpha == 0 || depth == 0;
        if (beta != 1 && (beta != 0 || nothing)) Scale(beta, c, lower);
        if (nothing) return;

        int blocks = (depth + MaxDepth - 1) / MaxDepth, kc = (depth + blocks - 1) / blocks;
        int mc = Math.Min(MaxRows, RoundUp(c.Rows, _mr)), nc = Math.Min(MaxColumns, RoundUp(c.Columns, _nr));
        double* packedA = PackBuffer.A.Reserve(mc * kc), packedB = PackBuffer.B.Reserve(nc * kc);
        var (aRow, aDepth) = opA == Op.None ? (1, a.LeadingDimension) : (a.LeadingDimension, 1);
        var (bDepth, bColumn) = opB == Op.None ? (1, b.LeadingDimension) : (b.LeadingDimension, 1);
        fixed (double* startA = &a.Array[a.Offset], startB = &b.Array[b.Offset], startC = &c.Array[c.Offset])
        {
            for (int j = 0; j < c.Columns; j += nc)
            {
                int columns = Math.Min(nc, c.Columns - j);
                for (int p = 0; p < depth; p += kc)
                {
                    int count = Math.Min(kc, depth - p);
                    Pack(startB + p * (nint)bDepth + j * (nint)bColumn, bColumn, bDepth, columns, count, _nr, _nr, alpha, packedB);
                    for (int i = lower ? j / _mr * _mr : 0; i < c.Rows; i += mc)
                    {
                        int rows = Math.Min(mc, c.Rows - i);
                        Pack(startA + i * (nint)aRow + p * (nint)aDepth, aRow, aDepth, rows, count, _mr, product.RowGranule, 1, packedA);
                        Multiply(rows, columns, count, packedA, packedB, startC + i + j * (nint)c.LeadingDimension, c.LeadingDimension,
                            p > 0 || beta != 0, lower ? i - j : int.MaxValue);
                    }
                }
            }
        }
    }

    /// <summary>All tiles of one packed block.</summary>
    /// <remarks><paramref name="diagonal"/> is the row minus the column of its first element; without a triangle, the largest int.</remarks>
    [SkipLocalsInit]
    private void Multiply(int rows, int columns, int depth, double* a, double* b, double* c, nint ldc, bool accumulate, int diagonal)
    {
        double* tile = stackalloc double[TileProduct.LargestTile];
        for (int j = 0; j < columns; j += _nr)
        {
            int width = Math.Min(_nr, columns - j);
            for (int i = 0; i < rows; i += _mr)
            {
                int height = Math.Min(_mr, rows - i), padded = RoundUp(height, product.RowGranule);
                bool whole = height == padded && width == _nr;
                double* panelA = a + i * depth, panelB = b + j * depth, target = c + i + j * ldc;
                int offset = 0;
                if (diagonal != int.MaxValue)
                {
                    offset = diagonal + i - j;
                    if (offset + height <= 0) continue;
                    whole &= offset >= width - 1;
                }
                else offset = width;
                if (whole)
                {
                    product.Run(padded, depth, panelA, panelB, target, ldc, accumulate);
                    continue;
                }
                product.Run(padded, depth, panelA, panelB, tile, padded, false);
                for (int column = 0; column < width; column++)
                {
                    double* from = tile + column * padded, to = target + column * ldc;
                    int row = Math.Max(0, column - offset);
                    if (accumulate) for (; row < height; row++) to[row] += from[row];
                    else for (; row < height; row++) to[row] = from[row];
                }
            }
        }
    }

    /// <summary>Panels of <paramref name="width"/> lanes, lane index fastest; the last is padded with zeros to a
    /// multiple of <paramref name="granule"/>.</summary>
    private static void Pack(double* source, int laneStride, int depthStride, int lanes, int depth, int width, int granule, double scale, double* target)
    {
        for (int lane = 0; lane < lanes; lane += width)
        {
            int count = Math.Min(width, lanes - lane), padded = RoundUp(count, granule);
            double* from = source + lane * (nint)laneStride;
            if (count < padded) new Span<double>(target, padded * depth).Clear();
            if (laneStride == 1) BlockTranspose.Copy(from, depthStride, target, padded, count, depth, scale);
            else BlockTranspose.Run(from, laneStride, target, padded, count, depth, scale);
            target += padded * depth;
        }
    }

    private static void Scale(double beta, in MatrixView c, bool lower)
    {
        for (int j = 0; j < c.Columns; j++)
        {
            var column = lower ? c.Column(j)[j..] : c.Column(j);
            if (beta == 0) column.Clear();
            else for (int i = 0; i < column.Length; i++) column[i] *= beta;
        }
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    // Strips of C, one for each thread.
    private readonly struct Strips(PackedGemm gemm, Op opA, Op opB, double alpha, MatrixView a, MatrixView b, double beta, MatrixView c, bool lower,
        bool byColumns, int depth, int strips) : IColumnWork
    {
        public void Run(int first, int last)
        {
            for (int strip = first; strip < last; strip++) One(strip);
        }

        private void One(int strip)
        {
            int first = Bound(strip), count = Bound(strip + 1) - first;
            if (count <= 0) return;
            int row = lower || !byColumns ? first : 0, rows = lower ? c.Rows - first : byColumns ? c.Rows : count;
            int column = byColumns ? first : 0, columns = byColumns ? count : c.Columns;
            var stripA = opA == Op.None ? a.Slice(row, 0, rows, depth) : a.Slice(0, row, depth, rows);
            var stripB = opB == Op.None ? b.Slice(0, column, depth, columns) : b.Slice(column, 0, columns, depth);
            gemm.RunOne(opA, opB, alpha, stripA, stripB, beta, c.Slice(row, column, rows, columns), lower, depth);
        }

        // Strips of a triangle narrow towards the long columns so that each has the same area.
        private int Bound(int strip)
        {
            int size = byColumns ? c.Columns : c.Rows, granule = byColumns ? gemm._nr : gemm._mr;
            double share = lower ? 1 - Math.Sqrt(1 - (double)strip / strips) : (double)strip / strips;
            return strip == strips ? size : Math.Min(size, (int)Math.Round(size * share / granule) * granule);
        }
    }
}
