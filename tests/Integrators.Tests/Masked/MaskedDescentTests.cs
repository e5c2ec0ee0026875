using KernelFlow.Integrators.Tests.Descent;

namespace KernelFlow.Integrators.Tests.Masked;

/// <summary>Recorded steps without single examples: against trainings of a linear model in parameter space that do not see them.</summary>
public class MaskedDescentTests
{
    private const int Examples = 6, Steps = 25;

    // J does not depend on w, so the recorded Jacobians are those of every training. A sum over examples keeps the weight of those that stay.
    private static Training Linear(string kind, int[][]? batches = null) =>
        new(new Quadratic(9, 11, 0, 3), Examples, LossModel.Squared(Runs.Targets(Examples, 5), 1, sum: true))
        {
            Optimizer = Runs.Named(kind),
            Rates = Training.Varying(kind == "momentum" ? 0.01 : 0.05, Steps),
            Batches = batches,
        };

    private static MaskedStates Masked(CheckpointSequence run) => MaskedDescent.Run(run, OutputRecord.Read(run), new DescentOptions(), Backends.Managed);

    [Theory]
    [InlineData("gradient-descent")]
    [InlineData("momentum")]
    public void EveryStepIsThatOfATrainingWithoutTheExample(string kind)
    {
        var found = Masked(Linear(kind).Record());
        for (int i = 0; i < Examples; i++)
        {
            int example = i;
            int[] others = [.. Enumerable.Range(0, Examples).Where(j => j != example)];
            var retrained = OutputRecord.Read(Linear(kind, [.. Enumerable.Repeat(others, Steps)]).Record());
            for (int k = 0; k <= Steps; k++)
                Check.Small(Math.Abs(found.HeldOut[k][i] - retrained.TrainOutputs[k][i]), 1e-12, $"{kind}, example {i}, step {k}");
        }
    }

    /// <summary>The unmasked column is the recording itself, step by step, also where B̄ varies.</summary>
    [Theory]
    [InlineData("gradient-descent")]
    [InlineData("adam")]
    public void WithAllExamplesItIsTheRecording(string kind)
    {
        var run = Runs.Exact(kind).Record();
        var recorded = OutputRecord.Read(run);
        var found = Masked(run);
        for (int k = 0; k < run.Count; k++) Check.Close(found.Whole[k], recorded.TrainOutputs[k], 1e-11, $"{kind}, step {k}");
        double apart = Enumerable.Range(0, Examples).Max(i => Math.Abs(found.HeldOut[^1][i] - found.Whole[^1][i]));
        Assert.True(apart > 1e-3, $"An example moves its own output; observed {apart}.");
    }

    /// <summary>Adam keeps the recorded v̂: a training in parameter space that takes the recorded preconditioner and leaves the example out.</summary>
    [Fact]
    public void AdamKeepsTheRecordedPreconditioner()
    {
        var training = Linear("adam");
        var run = training.Record();
        var found = Masked(run);
        var adam = (Adam)Runs.Adam;
        int D = training.Model.Parameters;
        for (int i = 0; i < Examples; i++)
        {
            double[] w = RandomMatrices.Vector(new Random(training.Seed), D), mean = new double[D], g = new double[Examples];
            for (int k = 0; k < Steps; k++)
            {
                double[] u = training.Model.Outputs(w), J = training.Model.Jacobian(w), M = run[k][TensorName.Preconditioner].ReadAll();
                training.Loss.Gradient(u.AsSpan(0, Examples), g);
                g[i] = 0;
                for (int d = 0; d < D; d++)
                {
                    double gradient = Enumerable.Range(0, Examples).Sum(r => J[r * D + d] * g[r]);
                    mean[d] = adam.Beta1 * mean[d] + (1 - adam.Beta1) * gradient;
                    w[d] -= training.Rates[k] * M[d] * mean[d] / (1 - Math.Pow(adam.Beta1, k + 1));
                }
            }
            Check.Small(Math.Abs(found.HeldOut[^1][i] - training.Model.Outputs(w)[i]), 1e-11, $"adam, example {i}");
        }
    }

    [Fact]
    public void WeightDecayIsAnObstacle()
    {
        var run = (Linear("gradient-descent") with { Optimizer = new GradientDescent(0.1) { WeightDecay = 0.1 } }).Record();
        Assert.Contains("weight decay", MaskedDescent.Obstacle(run), StringComparison.Ordinal);
        Assert.Contains("weight decay", Assert.Throws<ArgumentException>(() => Masked(run)).Message, StringComparison.Ordinal);
        Assert.Null(MaskedDescent.Obstacle(Linear("momentum").Record()));
    }
}
