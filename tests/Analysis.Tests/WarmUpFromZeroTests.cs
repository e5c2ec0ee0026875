using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests;

/// <summary>A training whose first rate is 0, recorded by the way round of docs/run-format.md: the step has a rate that is too small to matter. And
/// neighbouring times that are as close as is allowed.</summary>
public class WarmUpFromZeroTests
{
    private const int N = 3, M = 2, D = 5;

    /// <summary>U = X w, so that J is constant and the recursion exact; the buffers remember the gradient of the step that did not move.</summary>
    private static CheckpointSequence Train(bool adam)
    {
        var random = new Random(4);
        double[] x = [.. Enumerable.Range(0, N * D).Select(_ => random.NextDouble() - 0.5)];
        double[] xq = [.. Enumerable.Range(0, M * D).Select(_ => random.NextDouble())];
        double[] y = [1, -1, 0.5], w = new double[D], v = new double[D], square = new double[D];
        double[] rates = [0, 0.02, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05];
        var loss = LossModel.Squared(y, 1);
        var checkpoints = new List<Checkpoint>();
        double time = 0;
        for (int k = 0; k <= rates.Length; k++)
        {
            double[] u = Times(x, N, w), g = new double[N], m = new double[D];
            loss.Gradient(u, g);
            for (int j = 0; j < D; j++)
            {
                double gradient = Enumerable.Range(0, N).Sum(i => x[i * D + j] * g[i]);
                v[j] = adam ? 0.9 * v[j] + 0.1 * gradient : 0.9 * v[j] + gradient;
                square[j] = 0.99 * square[j] + 0.01 * gradient * gradient;
                m[j] = 1 / (Math.Sqrt(square[j] / (1 - Math.Pow(0.99, k + 1))) + 1e-8);
            }
            TensorSource[] tensors =
            [
                new MemoryTensor("U_S", u, N), new MemoryTensor("U_Q", Times(xq, M, w), M), new MemoryTensor("J_S", x, N, D), new MemoryTensor("J_Q", xq, M, D),
            ];
            checkpoints.Add(new Checkpoint(time, k, adam ? [.. tensors, new MemoryTensor("preconditioner", m, D)] : tensors));
            if (k == rates.Length) break;
            time += rates[k] == 0 ? 1e-12 * rates[k + 1] : rates[k];
            double factor = adam ? rates[k] / (1 - Math.Pow(0.9, k + 1)) : rates[k];
            for (int j = 0; j < D; j++) w[j] -= factor * (adam ? m[j] : 1) * v[j];
        }
        return new CheckpointSequence(checkpoints, loss) { Optimizer = adam ? new Adam(0, 0.9, 0.99, 1e-8) : new Momentum(0, 0.9) };
    }

    private static double[] Times(double[] x, int rows, double[] w) =>
        [.. Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, D).Sum(j => x[i * D + j] * w[j]))];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheBuffersOfTheStepThatDidNotMoveAreThere(bool adam)
    {
        var analysis = Analyze.Reservoir(Train(adam), new AnalysisOptions { Backend = TestRuns.Managed });
        Assert.Equal(AnalysisMode.Descent, analysis.Options.Mode);
        double error = analysis.Claim("C4").RelativeError.Value;
        Assert.True(error < 1e-9, $"C4 {error:G3}");
    }

    /// <summary>An interval of 40 places of the last digit of t carries nothing, and does not hinder the integration.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(1000)]
    public void AnIntervalOfAFewPlacesCarriesNothing(int places)
    {
        var run = SmallNetworks.Record(Claims.RecordedLossTests.Small());
        double t = run[4].Time, near = t + places * (Math.BitIncrement(t) - t);
        var twice = new CheckpointSequence([.. run.Take(5), run[4] with { Time = near, Step = run[4].Step + 1 }, .. run.Skip(5)], run.Loss);
        Assert.Throws<InvalidRunException>(() => new CheckpointSequence([run[0], run[4], run[4] with { Time = Math.BitIncrement(t) }], run.Loss));
        var options = TestRuns.Options with { IndependentCheck = true, RelativeTolerance = 1e-8 };
        var (one, two) = (Analyze.Reservoir(run, options).Operators.Value, Analyze.Reservoir(twice, options).Operators.Value);
        double difference = TestRuns.Relative(two.G_Q, one.G_Q);
        Assert.True(difference < 1e-7, $"G_Q differs by {difference:G3}");
    }
}
