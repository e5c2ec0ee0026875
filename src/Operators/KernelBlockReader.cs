using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>The kernels of a kernel-block run, with cross blocks where they were recorded.</summary>
/// <param name="Terms">By (k, k), and (k, k + 1) when crossed.</param>
/// <param name="Crossed">Whether every checkpoint but the last has K_SS_next, K_QS_next and K_SQ_next.</param>
/// <param name="HasTestKernel">Whether every checkpoint has K_QQ; otherwise K_QS K_SS⁺ K_SQ stands in its place.</param>
/// <param name="Epsilon">ε of the coarsest stored type in use, cross blocks included.</param>
/// <param name="Substitutes">Without K_QQ but crossed: what stands in its place between k and k + 1.</param>
internal sealed record KernelBlockReader(IReadOnlyDictionary<(int A, int B), KernelTerm> Terms, bool Crossed, bool HasTestKernel, double Epsilon,
    IReadOnlyDictionary<(int A, int B), TestSubstitute> Substitutes)
{
    public static KernelBlockReader Read(CheckpointSequence checkpoints, Backend backend, Action<double>? progress, CancellationToken cancellation)
    {
        int N = checkpoints.TrainSize, M = checkpoints.TestSize;
        var terms = new Dictionary<(int, int), KernelTerm>();
        var substitutes = new Dictionary<(int, int), TestSubstitute>();
        bool hasTest = checkpoints.All(c => c.Find(TensorName.K_QQ) is not null);
        bool crossed = checkpoints.SkipLast(1).All(c =>
            c.Find(TensorName.K_SS_next) is not null && c.Find(TensorName.K_QS_next) is not null && c.Find(TensorName.K_SQ_next) is not null);
        double epsilon = KernelPrecision.OfInterpolant(checkpoints, crossed);
        for (int k = 0; k < checkpoints.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            var c = checkpoints[k];
            terms[(k, k)] = Own(c, N, M, hasTest, epsilon, backend);
            if (crossed && k > 0) AddCross(checkpoints[k - 1], k - 1, terms, substitutes, hasTest, epsilon, backend);
            progress?.Invoke((k + 1.0) / checkpoints.Count);
        }
        return new KernelBlockReader(terms, crossed, hasTest, epsilon, substitutes);
    }

    private static KernelTerm Own(Checkpoint c, int N, int M, bool hasTest, double epsilon, Backend backend)
    {
        var term = new KernelTerm(new DenseMatrix(N + M, N), new DenseMatrix(M, M));
        double products = KernelPrecision.OfProducts(c);
        SymmetricPart(c[TensorName.K_SS], N, term.Train, products);
        KernelBlockChecks.PositiveSemidefinite(c[TensorName.K_SS], term.Train, backend, products);
        c[TensorName.K_QS].ReadMatrix(term.TestTrain);
        if (hasTest) SymmetricPart(c[TensorName.K_QQ], M, term.TestKernel!, products);
        else SchurSubstitute.Form(term, epsilon, backend, term.TestKernel!);
        return term;
    }

    // The cross term of checkpoints k and k + 1 comes from the *_next blocks of k.
    private static void AddCross(Checkpoint c, int k, Dictionary<(int, int), KernelTerm> terms, Dictionary<(int, int), TestSubstitute> substitutes,
        bool hasTest, double epsilon, Backend backend)
    {
        KernelTerm a = terms[(k, k)], b = terms[(k + 1, k + 1)];
        int N = a.Train.Rows, M = a.TestTrain.Rows;
        var later = new DenseMatrix(N + M, N);
        MatrixView view = later;
        c[TensorName.K_SS_next].ReadMatrix(view.Slice(0, 0, N, N));
        c[TensorName.K_QS_next].ReadMatrix(view.Slice(N, 0, M, N));
        var sq = new DenseMatrix(N, M);
        c[TensorName.K_SQ_next].ReadMatrix(sq);
        DenseMatrix? test = null;
        if (hasTest && c.Find(TensorName.K_QQ_next) is { } qq) qq.ReadMatrix(test = new DenseMatrix(M, M));
        var cross = GramPass.Ordered(N, M, later, (DenseMatrix)sq.Transpose(), test);
        terms[(k, k + 1)] = cross;
        if (hasTest) return;
        DenseMatrix ss = view.Slice(0, 0, N, N).ToMatrix(), qs = view.Slice(N, 0, M, N).ToMatrix();
        substitutes[(k, k + 1)] = SchurSubstitute.Between(a, b, cross, ss, qs, sq, epsilon, backend);
    }

    // Symmetric to rounding (checked), so the mean of both triangles is what was meant.
    private static void SymmetricPart(TensorSource tensor, int order, in MatrixView target, double products)
    {
        var raw = new DenseMatrix(order, order);
        tensor.ReadMatrix(raw);
        KernelBlockChecks.Symmetric(tensor, raw, products);
        for (int j = 0; j < order; j++)
            for (int i = 0; i < order; i++) target[i, j] = 0.5 * (raw.At(i, j) + raw.At(j, i));
    }
}
