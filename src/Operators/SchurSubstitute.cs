using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>K_QS K_SS⁺ K_SQ, which bounds what K_QS can show of K_SS when K_QQ was not recorded.</summary>
/// <remarks>(K_SS, K_QS) ↦ K_QS K_SS⁺ K_SQ is jointly convex, so where K is linear in time the straight line is an upper bound: the Cauchy–Schwarz constant
/// stays valid.</remarks>
internal static class SchurSubstitute
{
    public static void Form(in HeldKernels term, double epsilon, Backend backend, DenseMatrix result) =>
        Form(term.Train.ToMatrix(), term.TestTrain, epsilon, backend, result);

    /// <summary>Terms of J_Q(θ) Π J_Q(θ)ᵀ with Π the projector onto the row space of both J_S,a and J_S,b, in which that of J_S(θ) lies for every θ.</summary>
    /// <remarks>Where J is linear in time the line between the ends' own substitutes is <i>not</i> a bound: rows of J_S between them can show what neither
    /// end does.</remarks>
    /// <param name="a">Kernels at the start.</param>
    /// <param name="b">Kernels at the end.</param>
    /// <param name="cross">Their cross term; the three results differ from a, b and cross in the test kernel only.</param>
    /// <param name="trainNext">J_S,b J_S,aᵀ, N×N.</param>
    /// <param name="testNext">J_Q,b J_S,aᵀ, M×N.</param>
    /// <param name="trainTest">J_S,b J_Q,aᵀ, N×M.</param>
    /// <param name="epsilon">ε of the stored type.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static TestSubstitute Between(
        KernelTerm a, KernelTerm b, KernelTerm cross, DenseMatrix trainNext, DenseMatrix testNext, DenseMatrix trainTest, double epsilon, Backend backend)
    {
        int N = a.TrainSize, M = a.TestSize;
        using HeldKernels start = a.Hold(), end = b.Hold();
        DenseMatrix gram = new(2 * N, 2 * N), rows = new(2 * M, 2 * N), shown = new(2 * M, 2 * M);
        MatrixView g = gram, r = rows;
        start.Train.CopyTo(g.Slice(0, 0, N, N));
        end.Train.CopyTo(g.Slice(N, N, N, N));
        gram.SetSubMatrix(N, 0, trainNext);
        gram.SetSubMatrix(0, N, trainNext.Transpose());
        start.TestTrain.CopyTo(r.Slice(0, 0, M, N));
        rows.SetSubMatrix(0, N, trainTest.Transpose());
        rows.SetSubMatrix(M, 0, testNext);
        end.TestTrain.CopyTo(r.Slice(M, N, M, N));
        Form(gram, rows, epsilon, backend, shown);
        var ab = shown.SubMatrix(0, M, M, M);
        return new TestSubstitute(With(a, shown.SubMatrix(0, M, 0, M)), With(b, shown.SubMatrix(M, M, M, M)), With(cross, ab + ab.Transpose()));

        static KernelTerm With(KernelTerm term, Matrix<double> testKernel) => term.With(DenseMatrix.OfMatrix(testKernel));
    }

    // R K⁺ Rᵀ; K is overwritten.
    private static void Form(DenseMatrix k, in MatrixView rows, double epsilon, Backend backend, DenseMatrix result)
    {
        if (rows.Rows == 0) return;
        var values = new double[k.RowCount];
        backend.SymmetricEigen(k, values, vectors: true);
        double cut = k.RowCount * epsilon * Math.Max(values[^1], 0);
        var half = new DenseMatrix(rows.Rows, k.RowCount);
        backend.Gemm(Op.None, Op.None, 1, rows, k, 0, half);
        for (int j = 0; j < values.Length; j++)
        {
            double factor = values[j] > cut ? 1 / Math.Sqrt(values[j]) : 0;
            foreach (ref double v in ((MatrixView)half).Column(j)) v *= factor;
        }
        backend.Syrk(Op.None, 1, half, 0, result);
    }
}

/// <summary>Terms of an interval whose test kernels bound what K_QS shows of K_SS there.</summary>
internal sealed record TestSubstitute(KernelTerm A, KernelTerm B, KernelTerm Cross);
