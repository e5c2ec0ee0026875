using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>The cubic interpolant of one interval as value, difference and two slopes, X₀ = J_k, X₁ = J_{k+1} − J_k, X₂ = hS_k, X₃ = hS_{k+1}, with the
/// products of these formed from the Jacobians themselves.</summary>
/// <remarks>
/// Written in the checkpoints, J(θ) = Σ_a ℓ_a(θ) J_a has weights of the order R = h/h' where a neighbouring interval h' is much shorter, and K, which has
/// them squared, loses R²ε to cancellation. The slopes are differences of neighbours divided by their distance, formed before any product, so that J(θ) =
/// X₀ + (3θ² − 2θ³)X₁ + (θ − 2θ² + θ³)X₂ + (θ³ − θ²)X₃ has weights of at most 1. The interpolant is the same.
/// Factors are expanded here, too: differences of products are not products of differences, and the products would lose what this form is for.
/// </remarks>
internal static class ValueSlopeForm
{
    private const int BlockBytes = 4 << 20;
    private const int Vectors = 4;

    // With weights up to this the loss, 30² ε = 2e-13, is beside the point.
    private const double LargestWeight = 30;

    /// <summary>The weights of X₀ … X₃, constant first.</summary>
    public static IReadOnlyList<double[]> Basis { get; } = [[1], [0, 0, 3, -2], [0, 1, -2, 1], [0, 0, -1, 1]];

    /// <summary>Whether the interpolant loses digits when it is written in its checkpoints.</summary>
    public static bool IsNeeded(JacobianInterpolant interpolant) => interpolant.Basis.Any(b => b.Max(Math.Abs) > LargestWeight);

    /// <summary>The products of X₀ … X₃ by (a, b), a ≤ b.</summary>
    /// <param name="checkpoints">Checkpoints with J_S and J_Q.</param>
    /// <param name="times">Times of all checkpoints.</param>
    /// <param name="stencil">The checkpoints of the interpolant.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    /// <exception cref="InvalidRunException">A Jacobian has a NaN or infinity.</exception>
    public static Dictionary<(int A, int B), KernelTerm> Form(CheckpointSequence checkpoints, IReadOnlyList<double> times, CubicStencil stencil,
        Backend backend, CancellationToken cancellation)
    {
        int N = checkpoints.TrainSize, M = checkpoints.TestSize;
        long D = checkpoints.Parameters ?? throw new InvalidOperationException("The checkpoints hold kernel blocks, not Jacobians.");
        int width = (int)Math.Min(D, Math.Max(64, BlockBytes / (8L * (N + M))));
        int[] involved = stencil.Checkpoints;
        var roots = new double[width];
        var read = Array.ConvertAll(involved, _ => new double[ArraySize.Of(width, N + M)]);
        var vectors = Enumerable.Range(0, Vectors).Select(_ => new double[ArraySize.Of(width, N + M)]).ToArray();
        var sums = new Products[Vectors, Vectors];
        for (int a = 0; a < Vectors; a++)
            for (int b = a; b < Vectors; b++) sums[a, b] = new Products(N, M);
        for (long first = 0; first < D; first += width)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(width, D - first), length = count * (N + M);
            for (int i = 0; i < involved.Length; i++)
            {
                var x = new MatrixView(read[i], count, N + M);
                checkpoints[involved[i]][TensorName.J_S].ReadTransposed(first, x.ColumnRange(0, N));
                checkpoints[involved[i]][TensorName.J_Q].ReadTransposed(first, x.ColumnRange(N, M));
                Preconditioner.ScaleRows(checkpoints[involved[i]], first, x, roots);
            }
            stencil.Combine(times, k => read[Array.IndexOf(involved, k)].AsSpan(0, length), vectors, length);
            for (int a = 0; a < Vectors; a++)
                for (int b = a; b < Vectors; b++)
                    sums[a, b].Add(backend, new MatrixView(vectors[a], count, N + M), new MatrixView(vectors[b], count, N + M));
        }
        var terms = new Dictionary<(int A, int B), KernelTerm>();
        for (int a = 0; a < Vectors; a++)
            for (int b = a; b < Vectors; b++) terms.Add((a, b), sums[a, b].Term(a == b));
        return terms;
    }

    /// <summary>X_b X_S,aᵀ ((N+M)×N), X_Q,a X_S,bᵀ (M×N) and X_Q,b X_Q,aᵀ (M×M), block by block of columns.</summary>
    private sealed class Products(int N, int M)
    {
        private readonly DenseMatrix _later = new(N + M, N), _earlier = new(M, N), _test = new(M, M);

        public void Add(Backend backend, in MatrixView a, in MatrixView b)
        {
            backend.Gemm(Op.Transpose, Op.None, 1, b, a.ColumnRange(0, N), 1, _later);
            if (M == 0) return;
            backend.Gemm(Op.Transpose, Op.None, 1, a.ColumnRange(N, M), b.ColumnRange(0, N), 1, _earlier);
            backend.Gemm(Op.Transpose, Op.None, 1, b.ColumnRange(N, M), a.ColumnRange(N, M), 1, _test);
        }

        public KernelTerm Term(bool square) => square ? new KernelTerm(_later, _test) : GramPass.Ordered(_later, _earlier, _test, skew: true);
    }
}

/// <summary>The checkpoints that the cubic interpolant between <paramref name="K"/> and <paramref name="Next"/> is made of.</summary>
/// <param name="Before">The neighbour before K on the grid; K itself where there is none.</param>
/// <param name="K">Where the interval begins.</param>
/// <param name="Next">Where it ends.</param>
/// <param name="After">The neighbour after Next; Next itself where there is none.</param>
internal readonly record struct CubicStencil(int Before, int K, int Next, int After)
{
    /// <summary>The stencil of an interval of a grid.</summary>
    public static CubicStencil Of(IReadOnlyList<int> chosen, int interval) => new(chosen[Math.Max(0, interval - 1)], chosen[interval],
        chosen[interval + 1], chosen[Math.Min(chosen.Count - 1, interval + 2)]);

    /// <summary>The same stencil with checkpoints counted from another one.</summary>
    public CubicStencil Moved(int by) => new(Before + by, K + by, Next + by, After + by);

    /// <summary>The checkpoints, increasing, each once.</summary>
    public int[] Checkpoints => [.. new[] { Before, K, Next, After }.Distinct()];

    /// <summary>Access to the numbers of a checkpoint.</summary>
    internal delegate ReadOnlySpan<double> Values(int checkpoint);

    /// <summary>Forms X₀ … X₃.</summary>
    public void Combine(IReadOnlyList<double> times, Values values, double[][] vectors, int length)
    {
        double h = times[Next] - times[K];
        values(K).CopyTo(vectors[0]);
        VectorRoutines.Combine(1, values(Next), -1, values(K), vectors[1].AsSpan(0, length));
        Slope(times, values, vectors[2].AsSpan(0, length), h, atNext: false);
        Slope(times, values, vectors[3].AsSpan(0, length), h, atNext: true);
    }

    // h times the derivative at a knot of the parabola through it and two neighbours, as a sum of divided differences.
    private void Slope(IReadOnlyList<double> times, Values values, Span<double> target, double h, bool atNext)
    {
        bool inner = atNext ? After != Next : Before != K;
        var (a, b, c) = atNext == inner ? (K, Next, After) : (Before, K, Next);
        double h1 = times[b] - times[a], h2 = times[c] - times[b];
        // The weights of the divided differences of [a, b] and [b, c].
        var (first, second) = inner ? (h2, h1) : atNext ? (-h2, 2 * h2 + h1) : (2 * h1 + h2, -h1);
        double w1 = h * first / (h1 + h2) / h1, w2 = h * second / (h1 + h2) / h2;
        ReadOnlySpan<double> x = values(a), y = values(b), z = values(c);
        for (int i = 0; i < target.Length; i++) target[i] = w1 * (y[i] - x[i]) + w2 * (z[i] - y[i]);
    }
}
