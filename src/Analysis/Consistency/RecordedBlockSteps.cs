using KernelFlow.Operators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Consistency;

/// <summary>Every step of gradient descent recorded as kernel blocks with cross blocks at the midpoints: the step predicted by Simpson's rule and by the
/// trapezium.</summary>
internal static class RecordedBlockSteps
{
    /// <summary>Predicts all steps.</summary>
    public static IntervalRecord Compare(AnalysisInput input, DescentRule rule, CancellationToken cancellation)
    {
        var c = input.Checkpoints;
        int n = c.TrainSize, rows = n + c.TestSize;
        MatrixView matrix = new DenseMatrix(rows, n);
        double[][] trapezium = new double[c.Count - 1][], simpson = new double[c.Count - 1][], change = new double[c.Count - 1][];
        var batches = StepBatches.Of(c);
        for (int k = 0; k + 1 < c.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] g = StepBatches.Gradient(batches, k, input.Outputs.Gradients[k]);
            double[] Product(TensorName train, TensorName test)
            {
                c[k][train].ReadMatrix(matrix.Slice(0, 0, n, n));
                c[k][test].ReadMatrix(matrix.Slice(n, 0, rows - n, n));
                var y = new double[rows];
                for (int j = 0; j < n; j++) VectorRoutines.Axpy(g[j], matrix.Column(j), y);
                return y;
            }
            double[] start = Product(TensorName.K_SS, TensorName.K_QS), end = Product(TensorName.K_SS_next, TensorName.K_QS_next),
                middle = Product(TensorName.K_SS_mid, TensorName.K_QS_mid);
            double factor = rule.StepFactor(c[k].Step, input.Outputs.Times[k + 1] - input.Outputs.Times[k]) * rule.GainAt(c[k].Step);
            trapezium[k] = [.. start.Zip(end, (a, b) => -factor * (a + b) / 2)];
            simpson[k] = [.. Enumerable.Range(0, rows).Select(i => -factor * (start[i] + 4 * middle[i] + end[i]) / 6)];
            change[k] = [.. start.Zip(end, (a, b) => factor * (b - a))];
        }
        return new StepComparison(input, rule, true).Of(trapezium, simpson, ThirdDifferences(change), null, null);
    }

    // (J_{k+1} − J_k)J_S,kᵀg_k of three neighbouring steps: their second difference is the third difference of J, but for what J_Sᵀg changes in between.
    private static double[][] ThirdDifferences(double[][] change) => [.. Enumerable.Range(0, change.Length).Select(k => k == 0 || k + 1 == change.Length
        ? new double[change[k].Length]
        : change[k].Select((v, i) => (change[k - 1][i] - 2 * v + change[k + 1][i]) / 24).ToArray())];
}
