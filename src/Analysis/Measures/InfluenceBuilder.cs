using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>Influence of training examples from W_S, G_Q and g(s): N²/n + M·N operations.</summary>
internal static class InfluenceBuilder
{
    public static InfluenceResult Build(StudiedWindow window)
    {
        var (checkpoints, propagation) = (window.Input.Checkpoints, window.Propagation);
        int n = checkpoints.Train, p = checkpoints.Outputs, M = propagation.G_Q.RowCount;
        MatrixView w = propagation.W_S, q = propagation.G_Q;
        var space = window.Input.Space;
        var onTest = new DenseMatrix(M, n);
        var examples = new ExampleInfluence[n];
        for (int i = 0; i < n; i++)
        {
            var g = window.Input.StartGradient.AsSpan(i * p, p);
            var target = ((MatrixView)onTest).Column(i);
            double self = 0, trace = 0;
            for (int a = 0; a < p; a++)
            {
                trace += w[i * p + a, i * p + a];
                for (int b = 0; b < p; b++) self += g[a] * w[i * p + a, i * p + b] * g[b];
                VectorRoutines.Axpy(-g[a], q.Column(i * p + a), target);
            }
            if (!space.IsAll) trace = Trace(w.Slice(i * p, i * p, p, p), space.Basis(i));
            double response = p == 1 ? VectorRoutines.Norm(q.Column(i))
                : MatrixNorms.Spectral(Within(q.ColumnRange(i * p, p), space, i, window.Backend), window.Backend);
            examples[i] = new ExampleInfluence(VectorRoutines.Norm(g), self, trace, response, VectorRoutines.Norm(target));
        }
        return new InfluenceResult { Examples = examples, OnTest = Known.Of<MathNet.Numerics.LinearAlgebra.Matrix<double>>(onTest),
            Strongest = StrongestInfluence.Of(onTest), Changed = ChangedLabels.Of(checkpoints) };
    }

    // The columns of G_Q of one example, on what its gradients can be.
    private static DenseMatrix Within(in MatrixView columns, GradientSpace space, int example, Backend backend)
    {
        if (space.IsAll) return columns.ToMatrix();
        var basis = space.Basis(example);
        var result = new DenseMatrix(columns.Rows, basis.Columns);
        backend.Gemm(Op.None, Op.None, 1, columns, basis, 0, result);
        return result;
    }

    private static double Trace(in MatrixView block, in MatrixView basis)
    {
        double trace = 0;
        for (int k = 0; k < basis.Columns; k++)
            for (int a = 0; a < block.Rows; a++)
                for (int b = 0; b < block.Columns; b++) trace += basis[a, k] * block[a, b] * basis[b, k];
        return trace;
    }
}
