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
            double response = p == 1 ? VectorRoutines.Norm(q.Column(i)) : MatrixNorms.Spectral(q.ColumnRange(i * p, p).ToMatrix(), window.Backend);
            examples[i] = new ExampleInfluence(VectorRoutines.Norm(g), self, trace, response, VectorRoutines.Norm(target));
        }
        return new InfluenceResult { Examples = examples, OnTest = Known.Of<MathNet.Numerics.LinearAlgebra.Matrix<double>>(onTest),
            Strongest = StrongestInfluence.Of(onTest) };
    }
}
