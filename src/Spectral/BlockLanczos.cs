using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral;

/// <summary>Options of <see cref="BlockLanczos"/>.</summary>
public sealed record LanczosOptions
{
    /// <summary>Block size b. Eigenvalues of multiplicity up to b are found at once, further copies b at a time.</summary>
    public int BlockSize { get; init; } = 4;

    /// <summary>Residual norm relative to the largest |Ritz value| below which a pair counts as converged.</summary>
    public double Tolerance { get; init; } = 1e-10;

    /// <summary>Most basis vectors; null for the order of the operator (then the answer always converges).</summary>
    public int? MaximumBasis { get; init; }

    /// <summary>Seed of the starting block.</summary>
    public int Seed { get; init; }
}

/// <summary>Block Lanczos with full reorthogonalization for the algebraically largest eigenpairs of a symmetric operator.</summary>
/// <remarks>
/// A Q_j = Q_{j−1}B_{j−1}ᵀ + Q_jA_j + Q_{j+1}B_j, every new block orthogonalised twice against all before it, T = QᵀAQ kept whole. A block that loses
/// rank is filled with new random directions, so an invariant subspace does not end the search. Source: Golub &amp; Van Loan, <i>Matrix Computations</i>, 10.3.
/// A Krylov space holds at most b copies of an eigenvalue; the others are orthogonal to all of it (W_S has as many as there are saturated modes). So when
/// the wanted pairs have converged, b random directions are added and followed until what is largest among them stays below the wanted values.
/// </remarks>
public static class BlockLanczos
{
    private const double SafeShare = 0.01;

    /// <summary>The <paramref name="count"/> largest eigenpairs.</summary>
    /// <exception cref="ArgumentException">The operator is not symmetric, or count or block size does not fit its order.</exception>
    /// <exception cref="NumericalException">The operator returned NaN or infinity.</exception>
    public static EigenPairs Largest(LinearOperator a, int count, LanczosOptions options, Backend backend, CancellationToken cancellation = default)
    {
        int n = a.Rows, b = Math.Min(options.BlockSize, n);
        if (!a.IsSymmetric) throw new ArgumentException("Lanczos needs a symmetric operator.");
        if (count < 1 || count > n) throw new ArgumentException($"count is {count}, expected 1 to {n}, the order of the operator.");
        if (options.BlockSize < 1) throw new ArgumentException($"BlockSize is {options.BlockSize}, expected at least 1.");
        int capacity = Math.Min(n, Math.Max(options.MaximumBasis ?? n, count + b));
        var random = new Random(options.Seed);
        var basis = new DenseMatrix(n, capacity);
        MatrixView q = basis;
        var t = new DenseMatrix(capacity, capacity);
        int size = 0, applications = 0;
        AppendRandom(q, ref size, b, random, backend);
        int blockStart = 0;
        double[] values = [];
        DenseMatrix ritz = new(0, 0);
        double[] wanted = []; // their values when random directions were last added
        int addedAt = 0;
        bool complete = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            int width = size - blockStart;
            var z = new DenseMatrix(n, width);
            a.Apply(q.ColumnRange(blockStart, width), z);
            applications += width;
            foreach (double v in z.Values)
                if (!double.IsFinite(v)) throw new NumericalException($"Lanczos: the operator returned {v} (basis size {size}).");
            // Two passes of Gram–Schmidt against the whole basis; their coefficients are the new columns of T = QᵀAQ.
            var h = new DenseMatrix(size, width);
            var correction = new DenseMatrix(size, width);
            MatrixView all = q.ColumnRange(0, size);
            backend.Gemm(Op.Transpose, Op.None, 1, all, z, 0, h);
            backend.Gemm(Op.None, Op.None, -1, all, h, 1, z);
            backend.Gemm(Op.Transpose, Op.None, 1, all, z, 0, correction);
            backend.Gemm(Op.None, Op.None, -1, all, correction, 1, z);
            for (int j = 0; j < width; j++)
                for (int i = 0; i < size; i++)
                {
                    double value = h.At(i, j) + correction.At(i, j);
                    t.At(i, blockStart + j, value);
                    t.At(blockStart + j, i, value);
                }

            bool full = size >= capacity;
            double coupling = Frobenius(z);
            int fresh = 0;
            if (size >= count)
            {
                (values, ritz) = RayleighRitz(t, size, backend);
                double allowed = options.Tolerance * Math.Max(Math.Abs(values[0]), Math.Abs(values[^1]));
                bool converged = Bound(ritz, blockStart, width, z, count) <= allowed;
                bool settled = converged && wanted.Length > 0 && !wanted.Where((value, k) => Math.Abs(value - values[k]) > allowed).Any();
                complete = size == n || (settled && NothingLargerSince(addedAt, t, size, z, values[count - 1], allowed, backend));
                if (full || complete) break;
                if (converged && !settled) (wanted, addedAt, fresh) = (values[..count], size, b);
            }
            Extend(q, ref size, ref blockStart, z, fresh, Math.Max(coupling, LargestDiagonal(t, size)), capacity, random, backend);
        }
        var vectors = new DenseMatrix(n, count);
        backend.Gemm(Op.None, Op.None, 1, q.ColumnRange(0, size), ((MatrixView)ritz).ColumnRange(0, count), 0, vectors);
        double norm = Math.Max(Math.Abs(values[0]), Math.Abs(values[^1]));
        return Certification.Certify(a, values[..count], vectors, backend, applications, Math.Max(options.Tolerance, 64 * n * Math.ScaleB(1, -52)) * norm, complete);
    }

    // The basis vectors from 'first' on span a Krylov space in the complement of all before them, started from random directions. The largest Ritz value
    // θ in it is safely the largest there is once its residual is far below the distance to the smallest wanted value, or θ itself has converged.
    private static bool NothingLargerSince(int first, DenseMatrix t, int size, DenseMatrix z, double smallestWanted, double allowed, Backend backend)
    {
        var (values, ritz) = RayleighRitz(DenseMatrix.OfMatrix(t.SubMatrix(first, size - first, first, size - first)), size - first, backend);
        double residual = Bound(ritz, size - first - z.ColumnCount, z.ColumnCount, z, 1);
        return residual <= Math.Max(allowed, SafeShare * (smallestWanted - values[0]));
    }

    // ‖B_j s‖ for the last block of each wanted Ritz vector s: the residual norm in exact arithmetic.
    private static double Bound(DenseMatrix ritz, int blockStart, int width, DenseMatrix z, int count)
    {
        double worst = 0;
        var combined = new double[z.RowCount];
        for (int k = 0; k < count; k++)
        {
            Array.Clear(combined);
            for (int j = 0; j < width; j++)
                VectorKernels.Axpy(ritz.At(blockStart + j, k), ((MatrixView)z).Column(j), combined);
            worst = Math.Max(worst, VectorKernels.Norm(combined));
        }
        return worst;
    }

    private static (double[] Values, DenseMatrix Vectors) RayleighRitz(DenseMatrix t, int size, Backend backend)
    {
        var symmetric = new DenseMatrix(size, size);
        for (int j = 0; j < size; j++)
            for (int i = 0; i < size; i++) symmetric.At(i, j, 0.5 * (t.At(i, j) + t.At(j, i)));
        var pairs = DenseEigen.Decompose(symmetric, backend);
        return (pairs.Values.ToArray(), pairs.Vectors);
    }

    // Q_{j+1} by Gram–Schmidt column by column, so a lost direction can be replaced by a random one; 'fresh' further random ones are added.
    private static void Extend(in MatrixView q, ref int size, ref int blockStart, DenseMatrix z, int fresh, double scale, int capacity, Random random, Backend backend)
    {
        int width = z.ColumnCount, start = size;
        int target = Math.Min(width + fresh, capacity - size);
        double tiny = q.Rows * Math.ScaleB(1, -52) * scale;
        MatrixView zv = z;
        for (int j = 0; j < width && size - start < target; j++)
        {
            var column = zv.ColumnRange(j, 1);
            double length = Orthogonalise(q, size, column, backend);
            if (length <= tiny) continue;
            foreach (ref double v in column.Column(0)) v /= length;
            Orthogonalise(q, size, column, backend);
            Normalise(column);
            column.CopyTo(q.ColumnRange(size, 1));
            size++;
        }
        int found = size - start;
        if (found < target) AppendRandom(q, ref size, target - found, random, backend);
        blockStart = start;
    }

    private static double Orthogonalise(in MatrixView q, int size, in MatrixView column, Backend backend)
    {
        if (size > 0)
        {
            var h = new DenseMatrix(size, 1);
            for (int pass = 0; pass < 2; pass++)
            {
                backend.Gemm(Op.Transpose, Op.None, 1, q.ColumnRange(0, size), column, 0, h);
                backend.Gemm(Op.None, Op.None, -1, q.ColumnRange(0, size), h, 1, column);
            }
        }
        return VectorKernels.Norm(column.Column(0));
    }

    private static void Normalise(in MatrixView column)
    {
        double length = VectorKernels.Norm(column.Column(0));
        foreach (ref double v in column.Column(0)) v /= length;
    }

    private static void AppendRandom(in MatrixView q, ref int size, int columns, Random random, Backend backend)
    {
        for (int j = 0; j < columns; j++)
        {
            var column = q.ColumnRange(size, 1);
            do
            {
                foreach (ref double v in column.Column(0)) v = random.NextDouble() - 0.5;
                Normalise(column);
            }
            while (Orthogonalise(q, size, column, backend) < 1e-6);
            Normalise(column);
            Orthogonalise(q, size, column, backend);
            Normalise(column);
            size++;
        }
    }

    private static double Frobenius(DenseMatrix z) => VectorKernels.Norm(z.Values);

    private static double LargestDiagonal(DenseMatrix t, int size)
    {
        double largest = 0;
        for (int i = 0; i < size; i++) largest = Math.Max(largest, Math.Abs(t.At(i, i)));
        return largest;
    }
}
