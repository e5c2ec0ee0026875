using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>The kernels of a kernel-block run, with cross blocks where they were recorded.</summary>
/// <remarks>Those of a large run are read here once, to be checked, and again whenever they are wanted: files that were read lately are in the system's
/// memory, which it takes back when it needs it.</remarks>
/// <param name="Terms">By (k, k), and (k, k + 1) when crossed.</param>
/// <param name="Crossed">Whether every checkpoint but the last has K_SS_next, K_QS_next and K_SQ_next.</param>
/// <param name="HasTestKernel">Whether every checkpoint has K_QQ; otherwise K_QS K_SS⁺ K_SQ stands in its place.</param>
/// <param name="Epsilon">ε of the coarsest stored type in use, cross blocks included.</param>
/// <param name="Substitutes">Without K_QQ but crossed: what stands in its place between k and k + 1.</param>
internal sealed record KernelBlockReader(IReadOnlyDictionary<(int A, int B), KernelTerm> Terms, bool Crossed, bool HasTestKernel, double Epsilon,
    IReadOnlyDictionary<(int A, int B), TestSubstitute> Substitutes)
{
    public static KernelBlockReader Read(CheckpointSequence checkpoints, Backend backend, KernelMemory memory, Action<double>? progress,
        CancellationToken cancellation)
    {
        int N = checkpoints.TrainSize, M = checkpoints.TestSize;
        var terms = new Dictionary<(int, int), KernelTerm>();
        var substitutes = new Dictionary<(int, int), TestSubstitute>();
        bool hasTest = checkpoints.All(c => c.Find(TensorName.K_QQ) is not null);
        bool crossed = checkpoints.SkipLast(1).All(c =>
            c.Find(TensorName.K_SS_next) is not null && c.Find(TensorName.K_QS_next) is not null && c.Find(TensorName.K_SQ_next) is not null);
        double epsilon = KernelPrecision.OfInterpolant(checkpoints, crossed);
        var cache = memory.CacheFor(N, M, crossed ? 2 * checkpoints.Count - 1 : checkpoints.Count, KernelMemory.LinearReach);
        MatrixView scratch = new DenseMatrix(N, N);
        for (int k = 0; k < checkpoints.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            terms[(k, k)] = Own(checkpoints[k], N, M, hasTest, epsilon, backend, cache, scratch);
            if (crossed && k > 0) AddCross(checkpoints[k - 1], k - 1, terms, substitutes, hasTest, epsilon, backend, cache);
            progress?.Invoke((k + 1.0) / checkpoints.Count);
        }
        return new KernelBlockReader(terms, crossed, hasTest, epsilon, substitutes);
    }

    private static KernelTerm Own(Checkpoint c, int N, int M, bool hasTest, double epsilon, Backend backend, MatrixCache? cache, in MatrixView scratch)
    {
        double products = KernelPrecision.OfProducts(c);
        var blocks = new RecordedBlocks(c, N, products, backend.Spare);
        var term = new KernelTerm(StoredMatrix.Read(N + M, N, blocks.Kernels, cache), hasTest ? StoredMatrix.Read(M, M, blocks.Test, cache) : null, null);
        using var held = term.Hold();
        KernelBlockChecks.PositiveSemidefinite(c[TensorName.K_SS], held.Train, backend, products, scratch);
        ReadDiagonals(term);
        if (hasTest) return term;
        var test = new DenseMatrix(M, M);
        SchurSubstitute.Form(held, epsilon, backend, test);
        return term.With(test);
    }

    // The cross term of checkpoints k and k + 1 comes from the *_next blocks of k.
    private static void AddCross(Checkpoint c, int k, Dictionary<(int, int), KernelTerm> terms, Dictionary<(int, int), TestSubstitute> substitutes,
        bool hasTest, double epsilon, Backend backend, MatrixCache? cache)
    {
        KernelTerm a = terms[(k, k)], b = terms[(k + 1, k + 1)];
        int N = a.TrainSize, M = a.TestSize;
        var blocks = new RecordedCrossBlocks(c, N, M, backend.Spare);
        bool testKnown = hasTest && c.Find(TensorName.K_QQ_next) is not null;
        var cross = new KernelTerm(StoredMatrix.Read(N + M, N, blocks.Sum, cache), testKnown ? StoredMatrix.Read(M, M, blocks.Test, cache) : null,
            StoredMatrix.Read(N + M, N, blocks.Difference, cache));
        ReadDiagonals(cross);
        terms[(k, k + 1)] = cross;
        if (hasTest) return;
        DenseMatrix ss = new(N, N), qs = new(M, N), sq = new(N, M);
        c[TensorName.K_SS_next].ReadMatrix(ss);
        c[TensorName.K_QS_next].ReadMatrix(qs);
        c[TensorName.K_SQ_next].ReadMatrix(sq);
        substitutes[(k, k + 1)] = SchurSubstitute.Between(a, b, cross, ss, qs, sq, epsilon, backend);
    }

    // Reads the blocks: what is not sound is told now, before anything is computed from a part of the run.
    private static void ReadDiagonals(KernelTerm term) => _ = (term.TrainDiagonal, term.TestDiagonal);
}
