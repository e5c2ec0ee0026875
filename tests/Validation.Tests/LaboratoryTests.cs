using KernelFlow.Numerics;
using KernelFlow.Validation.Laboratory;

namespace KernelFlow.Validation.Tests;

/// <summary>What experiments on small trainings have in common: the training that is done again, principal components, ranks.</summary>
public sealed class LaboratoryTests
{
    private static readonly LabTraining s_small = new("small", new RecordingOptions
    {
        Train = 8, Test = 5, Noise = 0.3, Layers = [LayerSpec.Dense(4)], Steps = 40, Checkpoints = 6,
    }, 0.2);

    [Theory]
    [InlineData("implicit-bias", "ReLU")]
    [InlineData("implicit-bias", "linear")]
    [InlineData("double-descent", "width 1")]
    public void SomeKindsAloneDecideNothing(string id, string kind)
    {
        var options = new ExperimentOptions { Quick = true, Runs = 1, Seed = 5, Cells = [kind], Backend = Backend.Managed(1) };
        var report = Experiments.All.Single(e => e.Id == id).Run(options);
        Assert.Equal(Verdict.Undecided, report.Verdict);
        Assert.NotEmpty(report.Rows);
        Assert.All(report.Rows, r => Assert.Contains(kind, r.Group, StringComparison.Ordinal));
    }

    [Fact]
    public void ItTrainsAsTheRecorderDoes()
    {
        var run = s_small.Record(3, Backend.Managed(1), default);
        var recorded = Recorder.InMemory(s_small.Options with { Seed = 3, LearningRate = run.Rate, DType = StorageType.Float64 }, Backend.Managed(1));
        Assert.Equal(recorded.Select(c => c.Step), run.Checkpoints.Select(c => c.Step));
        foreach (string tensor in (string[])[TensorName.U_S.Name, TensorName.U_Q.Name, TensorName.J_S.Name, TensorName.J_Q.Name, TensorName.Loss.Name])
        {
            double[] expected = recorded[^1][tensor].ReadAll(), found = run.Checkpoints[^1][tensor].ReadAll();
            Assert.True(LabStatistics.Distance(expected, found) <= 1e-12 * LabStatistics.Norm(expected),
                $"{tensor}: distance {LabStatistics.Distance(expected, found)} of {LabStatistics.Norm(expected)}");
        }
        Assert.Equal(recorded.RunTensors[TensorName.clean_S.Name].ReadAll(), run.Checkpoints.RunTensors[TensorName.clean_S.Name].ReadAll());
    }

    /// <summary>Of two examples one is left out: the other moves the outputs with the weight of one half that it had, by the recorded Jacobians.</summary>
    [Fact]
    public void AnExampleThatIsLeftOutHasNoWeight()
    {
        var two = s_small with { Options = s_small.Options with { Train = 2, Noise = 0, Steps = 1, Checkpoints = 2 } };
        var run = two.Record(5, Backend.Managed(1), default);
        double[] J = run.Checkpoints[0][TensorName.J_S].ReadAll(), u = run.Checkpoints[0][TensorName.U_S].ReadAll();
        // One small step: u_0 moves by −η J_0 J_1ᵀ (u_1 − y_1)/2 to first order in η; the second order is seen by halving it.
        double Moved(double rate)
        {
            run.Record(rate, default);
            return run.Without(0, default)[^1][0] - u[0];
        }
        double kernel = Enumerable.Range(0, run.Parameters).Sum(d => J[d] * J[run.Parameters + d]), rate = 1e-4;
        double expected = -kernel * (u[1] - run.Data.Y_S[1]) / 2, found = (4 * Moved(rate / 2) - Moved(rate)) / rate;
        Assert.True(Math.Abs(found - expected) <= 1e-5 * Math.Abs(expected), $"slope {found}, expected {expected}");
    }

    [Fact]
    public void ComponentsOfTheDigitsHaveVarianceOneAndNoCorrelation()
    {
        var data = DigitComponents.Of(TrainingData.Create(new RecordingOptions { Train = 1796, Test = 1 }), 5);
        Assert.Equal((5, 1796), (data.InputSize, data.Train));
        double[] x = [.. data.X_S, .. data.X_Q];
        for (int a = 0; a < 5; a++)
            for (int b = 0; b <= a; b++)
            {
                double covariance = Enumerable.Range(0, 1797).Sum(i => x[i * 5 + a] * x[i * 5 + b]) / 1797;
                Assert.True(Math.Abs(covariance - (a == b ? 1 : 0)) < 1e-9, $"components {a} and {b}: {covariance}");
            }
    }

    [Fact]
    public void ExchangedLabelsAreTheSameLabelsElsewhere()
    {
        var plain = s_small.Data(7);
        var exchanged = (s_small with { ShuffledLabels = true }).Data(7);
        Assert.Equal(plain.X_S, exchanged.X_S);
        Assert.Equal(plain.NoiseMask_S, exchanged.NoiseMask_S);
        Assert.Equal([.. plain.Clean_S.Concat(plain.Y_Q).Order()], [.. exchanged.Clean_S.Concat(exchanged.Y_Q).Order()]);
        for (int i = 0; i < exchanged.Train; i++) Assert.Equal(exchanged.NoiseMask_S[i] ? -exchanged.Clean_S[i] : exchanged.Clean_S[i], exchanged.Y_S[i]);
    }

    [Fact]
    public void RanksShareTies()
    {
        Assert.Equal(1, LabStatistics.RankCorrelation([1, 2, 3, 4], [0.1, 0.2, 7, 90]), 12);
        Assert.Equal(-1, LabStatistics.RankCorrelation([1, 2, 3], [9, 8, -1]), 12);
        // Ranks 0.5, 0.5, 2 and 0, 1, 2: covariance 1.5, norms √1.5 and √2.
        Assert.Equal(1.5 / Math.Sqrt(3), LabStatistics.RankCorrelation([1, 1, 2], [1, 2, 3]), 12);
        Assert.Equal(2, LabStatistics.Quartiles([1, 2, 3, 4, 5]), 12);
    }

    /// <summary>The quick version of an experiment: the same bytes on one thread and on two, other bytes from another seed.</summary>
    [Fact]
    public void TheNumberOfThreadsChangesNothing()
    {
        string Run(int threads, long seed) => ExperimentReports.Json(Experiments.All.Single(e => e.Id == "double-descent").Run(
            new ExperimentOptions { Quick = true, Runs = 1, Seed = seed, Cells = ["width 1"], Backend = Backend.Managed(threads) }));
        string first = Run(1, 2);
        Assert.Equal(first, Run(2, 2));
        Assert.NotEqual(first, Run(2, 3));
    }
}
