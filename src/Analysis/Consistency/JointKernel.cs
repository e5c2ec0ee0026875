using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Consistency;

/// <summary>The joint kernel of one checkpoint, judged.</summary>
/// <param name="Checkpoint">Index of the checkpoint.</param>
/// <param name="Smallest">Its smallest eigenvalue relative to its largest.</param>
/// <param name="Limit">How far below zero rounding can put it, relative to the same.</param>
internal readonly record struct JointKernelResult(int Checkpoint, double Smallest, double Limit);

/// <summary>Whether the kernel blocks of every checkpoint form a Gram matrix.</summary>
/// <remarks>
/// A product of two rows of D numbers has an error of √D u √(K_ii K_jj) (u = ε/2: errors of a sum add as in a random walk) and storing it one of u |K_ij|. In
/// the Frobenius norm, which bounds how far an eigenvalue moves, that is √D u tr K and u ‖K‖_F. D is not known here; with 2²⁰ it is covered for networks of
/// any size, because long sums are formed in pieces.
/// </remarks>
internal static class JointKernel
{
    private const double RootOfTerms = 1024;

    /// <summary>The checkpoint whose blocks are furthest from a Gram matrix, and the number of those that are not one.</summary>
    public static (JointKernelResult Worst, int Failing) Check(CheckpointSequence run, Backend backend, CancellationToken cancellation)
    {
        int order = run.TrainSize + run.TestSize, failing = 0;
        DenseMatrix joint = new(order, order), work = new(order, order);
        JointKernelResult? worst = null;
        for (int k = 0; k < run.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            double limit = Fill(run[k], run.TrainSize, run.TestSize, joint);
            if (limit == 0) continue;
            joint.CopyTo(work);
            for (int i = 0; i < order; i++) work.At(i, i, work.At(i, i) + limit);
            bool passes = backend.Cholesky(work) == 0;
            if (passes && (k < run.Count - 1 || worst is not null)) continue;
            var (smallest, largest) = Ends(joint, work, backend);
            if (smallest < -limit) failing++;
            if (worst is null || smallest / largest < worst.Value.Smallest) worst = new JointKernelResult(k, smallest / largest, limit / largest);
        }
        return (worst ?? new JointKernelResult(0, 0, 0), failing);
    }

    private static (double Smallest, double Largest) Ends(DenseMatrix joint, DenseMatrix work, Backend backend)
    {
        MatrixView view = joint;
        for (int j = 0; j < view.Columns; j++)
            for (int i = j + 1; i < view.Rows; i++) view[j, i] = view[i, j];
        joint.CopyTo(work);
        var values = new double[joint.RowCount];
        backend.SymmetricEigen(work, values, vectors: false);
        return (values[0], Math.Max(values[^1], double.Epsilon));
    }

    /// <summary>Assembles the lower triangle of the symmetric part and returns what rounding can move an eigenvalue by.</summary>
    private static double Fill(Checkpoint c, int N, int M, DenseMatrix joint)
    {
        MatrixView view = joint, train = view.Slice(0, 0, N, N), test = view.Slice(N, N, M, M);
        c[TensorName.K_SS].ReadMatrix(train);
        c[TensorName.K_QS].ReadMatrix(view.Slice(N, 0, M, N));
        c[TensorName.K_QQ].ReadMatrix(test);
        double stored = 0;
        foreach (var name in (TensorName[])[TensorName.K_SS, TensorName.K_QS, TensorName.K_QQ]) stored = Math.Max(stored, c[name].Type.Epsilon());
        bool single = IsSingle(train) && IsSingle(test) && IsSingle(view.Slice(N, 0, M, N));
        MatrixNorms.SymmetricPart(train);
        MatrixNorms.SymmetricPart(test);
        double trace = 0, norm = 0;
        for (int j = 0; j < N + M; j++)
        {
            trace += Math.Abs(view[j, j]);
            var below = view.Column(j)[(j + 1)..];
            norm += view[j, j] * view[j, j] + 2 * VectorRoutines.Dot(below, below);
        }
        double coarse = StorageType.Float32.Epsilon();
        // Numbers that are all those of float32 were float32 once, whatever type they are stored in now.
        if (single) stored = Math.Max(stored, coarse);
        double products = c.Find(TensorName.ProductEpsilon) is { } recorded ? recorded.ReadAll()[0] : Math.Min(stored, coarse);
        return 0.5 * (products * RootOfTerms * trace + stored * Math.Sqrt(norm)) + (N + M) * Tolerances.Epsilon * Math.Sqrt(norm);
    }

    private static bool IsSingle(in MatrixView block)
    {
        for (int j = 0; j < block.Columns; j++)
            foreach (double x in block.Column(j))
                if ((float)x != x) return false;
        return true;
    }
}
