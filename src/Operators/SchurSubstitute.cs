using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>K_QS K_SS⁺ K_SQ, which bounds what K_QS can show of K_SS when K_QQ was not recorded.</summary>
/// <remarks>(K_SS, K_QS) ↦ K_QS K_SS⁺ K_SQ is jointly convex, so between checkpoints the straight line is an upper bound: the Cauchy–Schwarz constant stays valid.</remarks>
internal static class SchurSubstitute
{
    public static void Form(KernelTerm term, double epsilon, Backend backend, DenseMatrix result)
    {
        int N = term.Train.Rows, M = term.TestTrain.Rows;
        if (M == 0) return;
        var vectors = term.Train.ToMatrix();
        var values = new double[N];
        backend.SymmetricEigen(vectors, values, vectors: true);
        double cut = N * epsilon * Math.Max(values[^1], 0);
        var half = new DenseMatrix(M, N);
        backend.Gemm(Op.None, Op.None, 1, term.TestTrain, vectors, 0, half);
        for (int j = 0; j < N; j++)
        {
            double factor = values[j] > cut ? 1 / Math.Sqrt(values[j]) : 0;
            foreach (ref double v in ((MatrixView)half).Column(j)) v *= factor;
        }
        backend.Syrk(Op.None, 1, half, 0, result);
    }
}
