using KernelFlow.Numerics;
using KernelFlow.Validation.Laboratory;
using KernelFlow.Validation.LeaveOneOut;
using R = KernelFlow.Validation.LeaveOneOut.LeaveOneOutRun;

namespace KernelFlow.Validation.Tests;

/// <summary>The experiment on population risk: a linear model, for which the estimate is exact, and what its criteria say of made-up figures.</summary>
public sealed class LeaveOneOutTests
{
    [Fact]
    public void OfALinearModelTheEstimateIsTrueRetraining()
    {
        var training = new LabTraining("linear", new RecordingOptions { Train = 10, Test = 20, Noise = 0.3, Layers = [], Steps = 400, Checkpoints = 8 }, 0.01);
        var row = R.Of(training, 4, Backend.Managed(1), default).Row;
        // Steps of 1 % of the fastest time constant, against a flow to 1e-3: the flow is off by their size.
        Assert.True(row.Measured(R.Error) < 0.01, $"error {row.Measured(R.Error)}");
        Assert.True(row.Measured(R.Correlation) > 0.9999, $"correlation {row.Measured(R.Correlation)}");
        Assert.Equal(row.Measured(R.Error), row.Measured(R.FrozenError));
        Assert.True(row.Measured(R.ForeignError) > 0.3, $"with other kernels {row.Measured(R.ForeignError)}");
        Assert.True(Math.Abs(row.Measured(R.Gap)!.Value - row.Measured(R.TrueGap)!.Value) < 0.01,
            $"gaps {row.Measured(R.Gap)} and {row.Measured(R.TrueGap)}");
    }

    // η Σ (n/(n − 1)) (gᵀKg − Σ K_ii g_i²) over the steps of descent on the start kernel, which a linear model keeps, in loops.
    [Fact]
    public void OfALinearModelTheFirstOrderFormIsTheSumOverItsSteps()
    {
        var training = new LabTraining("linear", new RecordingOptions { Train = 10, Test = 20, Noise = 0.3, Layers = [], Steps = 400, Checkpoints = 8 }, 0.01);
        var outcome = R.Of(training, 4, Backend.Managed(1), default);
        var run = training.Record(4, Backend.Managed(1), default);
        const int N = 10;
        double[] J = run.Checkpoints[0][TensorName.J_S].ReadAll(), u = run.Checkpoints[0][TensorName.U_S].ReadAll(), y = run.Data.Y_S;
        int D = J.Length / N;
        double K(int i, int j) => Enumerable.Range(0, D).Sum(d => J[i * D + d] * J[j * D + d]);
        double[,] kernel = new double[N, N];
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) kernel[i, j] = K(i, j);
        double taken = 0, start = u.Zip(y, (a, b) => (a - b) * (a - b)).Sum() / (2 * N);
        List<double> expected = [];
        for (int step = 0; step <= run.Marks[^1]; step++)
        {
            if (run.Marks.Contains(step)) expected.Add(start - N / (N - 1.0) * taken);
            double[] g = [.. u.Zip(y, (a, b) => (a - b) / N)], moved = [.. u.Select((_, i) => Enumerable.Range(0, N).Sum(j => kernel[i, j] * g[j]))];
            for (int i = 0; i < N; i++)
            {
                taken += run.Rate * g[i] * (moved[i] - kernel[i, i] * g[i]);
                u[i] -= run.Rate * moved[i];
            }
        }
        // Steps of 1 % of the fastest time constant, against a flow to 1e-3: the flow is off by their size.
        for (int k = 0; k < expected.Count; k++)
            Assert.True(Math.Abs(outcome.Curves[R.FirstOrder][k] - expected[k]) < 0.01 * start, $"{k}: {outcome.Curves[R.FirstOrder][k]}, {expected[k]}");
        Assert.True(Math.Abs(expected[^1] - outcome.Curves[R.Training][^1]) > 0.05 * start, "the form is not the training loss");
        Assert.True(outcome.Row.Measured(R.FirstOrderGap) > 0);
    }

    [Theory]
    [InlineData(null, 0, Verdict.Holds)]
    [InlineData(R.Correlation, 0.89, Verdict.Violated)]
    [InlineData(R.Error, 0.51, Verdict.Violated)]
    [InlineData(R.FrozenError, 0.05, Verdict.Violated)]
    [InlineData(R.Gap, 1, Verdict.Violated)]
    [InlineData(R.ForeignError, 0.3, Verdict.Undecided)]
    [InlineData(R.PermutedCorrelation, -0.7, Verdict.Undecided)]
    [InlineData(R.Unseen, 999, Verdict.Undecided)]
    public void OneFigureThatIsOffDecides(string? name, double value, Verdict expected)
    {
        Dictionary<string, double> sound = new()
        {
            ["drift"] = 3, [R.Correlation] = 0.97, [R.Error] = 0.3, [R.FrozenError] = 0.7, [R.Gap] = 0.2, [R.TrainGap] = 0.9, [R.BestLoss] = 0.4,
            [R.StopLoss] = 0.42, [R.EndLoss] = 0.6, [R.ForeignError] = 1.2, [R.PermutedCorrelation] = 0.1, [R.Unseen] = 1200,
        };
        // Spread, so that there are quartiles.
        var rows = MadeUp.Rows(24, sound, (r, m, v) => m is R.Correlation ? v + 0.001 * (r % 20) : m is R.Error ? v + 0.005 * (r % 20) : v, name, value);
        MadeUp.Decides(LeaveOneOutCriteria.Of(rows, quick: false), expected, name);
    }
}
