using Xunit.Abstractions;

namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>Batches, weight decay, Nesterov's step and dampening: from g(0) alone (and the recorded parameters for decay) the training is predicted.</summary>
public class OptimizerRecursionTests(ITestOutputHelper output)
{
    public static TheoryData<string> All => [.. OptimizerVariants.Names];

    private string Line(string name, (double C1, double C2, double C3, double C4) e)
    {
        string text = FormattableString.Invariant($"{name}: C1 {e.C1:e1} C2 {e.C2:e1} C3 {e.C3:e1} C4 {e.C4:e1}");
        output.WriteLine(text);
        return text;
    }

    /// <summary>J is linear in the parameters and B constant, so nothing but rounding lies between the recursion and the training.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void WithExactQuadratureTrainingIsPredictedToRounding(string name)
    {
        var c = Runs.Exact("gradient-descent").With(name).Record();
        Assert.True(DescentSupport.Check(c).Possible, DescentSupport.Check(c).Reason);
        var e = Runs.Errors(c, Runs.Run(c));
        Line(name, e);
        Check.Small(Math.Max(Math.Max(e.C1, e.C2), Math.Max(e.C3, e.C4)), 4096 * Check.Eps, name);
    }

    /// <summary>A sum over the batch has no n/b.</summary>
    [Fact]
    public void TheLossMayBeASum()
    {
        var training = Runs.Exact("gradient-descent").With("momentum over batches") with { Loss = LossModel.Squared(Runs.Targets(6, 5), 1, sum: true) };
        var c = (training with { Rates = [.. training.Rates.Select(r => r / 6)] }).Record();
        var e = Runs.Errors(c, Runs.Run(c));
        Check.Small(Math.Max(Math.Max(e.C1, e.C2), Math.Max(e.C3, e.C4)), 4096 * Check.Eps, "errors with a sum");
    }

    /// <summary>Networks with midpoints: what is left is the error of Simpson's rule.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void NetworksArePredictedToTheOrderOfTheQuadrature(string name)
    {
        foreach (int p in (int[])[1, 3])
        {
            var c = Runs.Network("gradient-descent", p, 0.4, 60).With(name).Record();
            var result = Runs.Run(c, segment: SegmentQuadrature.Gauss);
            var e = Runs.Errors(c, result);
            string line = Line($"{name}, p = {p}, z = {result.Record.LargestZ:g3}", e);
            Check.Small(Math.Max(Math.Max(e.C1, e.C2), Math.Max(e.C3, e.C4)), p == 1 ? 2e-5 : 2e-4, line);
            Assert.NotNull(result.Record.Estimate);
        }
    }

    /// <summary>The estimate of the quadrature error covers the error that there is, and is not much larger.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void TheEstimateOfTheQuadratureHasTheErrorsInIt(string name)
    {
        var c = Runs.Network("gradient-descent", 1, 0.4, 60).With(name).Record();
        var result = Runs.Run(c, segment: SegmentQuadrature.Gauss);
        var e = Runs.Errors(c, result);
        var estimate = result.Record.Estimate!;
        var parts = new[] { ("C2", e.C2, estimate.Transport), ("C3", e.C3, estimate.TrainTransfer), ("C4", e.C4, estimate.TestTransfer) };
        foreach (var (id, error, budget) in parts)
        {
            output.WriteLine(FormattableString.Invariant($"{name} {id}: error {error:e1} estimate {budget:e1}"));
            Check.Between(error / budget!.Value, 1e-5, 3, $"{name}: error of {id} over its estimate");
        }
    }

    /// <summary>The definitions written out in dense matrices, parameters and all: nothing of the engine is used.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void OperatorsAreThoseOfTheDefinition(string name)
    {
        var c = Runs.Exact("gradient-descent", 12).With(name).Record();
        var found = Runs.Run(c);
        var expected = DenseReplay.Of(c);
        void Same(Matrix<double> a, Matrix<double> b, string what) =>
            Check.Small((a - b).FrobeniusNorm() / b.FrobeniusNorm(), 1024 * Check.Eps, $"{name}: {what}");
        Same(found.Propagation.P, expected.P, "P");
        Same(found.Propagation.W_S, expected.W, "W_d");
        Same(found.Propagation.G_S, expected.GS, "G_S,d");
        Same(found.Propagation.G_Q, expected.GQ, "G_d");
        static double Largest(Matrix<double> a) => a.Evd(Symmetricity.Symmetric).EigenValues.Max(z => z.Real);
        Check.Small(Math.Abs(found.Record.ResponseBound / Largest(expected.Response) - 1), 1024 * Check.Eps, $"{name}: c of the response");
        Check.Small(Math.Abs(found.Record.MotionBound / Largest(expected.Motion) - 1), 1024 * Check.Eps, $"{name}: c of the motion");
        for (int j = 0; j < 8; j++)
        {
            var v = Vector<double>.Build.Random(6, 100 + j);
            double response = (found.Propagation.G_Q * v).L2Norm(), dissipated = v * (found.Propagation.W_S * v);
            Check.Small(response * response / (found.Record.ResponseBound * dissipated), 1 + 64 * Check.Eps, $"{name}: ‖G v‖² over c·vᵀWv");
        }
        for (int k = 0; k < found.Record.Z.Count; k++)
            Check.Small(Math.Abs(found.Record.Z[k] / expected.Z[k] - 1), 1e-3, $"{name}: z of step {k}: {found.Record.Z[k]:g6}, expected {expected.Z[k]:g6}");
    }

    /// <summary>An example that no batch has is a reservoir of one dimension: exactly dissipated nothing, exactly no response.</summary>
    [Theory]
    [InlineData("sgd")]
    [InlineData("momentum over batches")]
    [InlineData("adamw over batches")]
    public void WhatNoBatchHasIsNotDissipatedAndDoesNotMoveTheTestOutputs(string name)
    {
        var result = Runs.Run(Runs.Network("gradient-descent", 1, 0.4, 30).With(name).Record());
        Assert.Equal(0, result.Propagation.W_S.Column(7).L2Norm());
        Assert.Equal(0, result.Propagation.G_Q.Column(7).L2Norm());
        Check.AtLeast(result.Propagation.G_Q.Column(0).L2Norm(), 1e-3, "response to an example that batches have");
    }

    /// <summary>One wrong constant, one wrong batch: the recursion no longer predicts the training.</summary>
    [Fact]
    public void AWrongConstantIsSeen()
    {
        void Wrong(string name, Func<Optimizer, Optimizer> change, double least)
        {
            var c = Runs.Network("gradient-descent", 1, 0.4, 60).With(name).Record();
            var e = Runs.Errors(c, Runs.Run(new CheckpointSequence(c, c.Loss) { Optimizer = change(c.Optimizer!) }));
            Check.AtLeast(Math.Max(e.C2, e.C4), least, Line(name, e));
        }
        Wrong("gradient descent with weight decay", o => new GradientDescent(o.LearningRate) { WeightDecay = 0.1 }, 1e-2);
        Wrong("gradient descent with decoupled decay", o => new GradientDescent(o.LearningRate), 1e-2);
        Wrong("adam with weight decay", o => Adam(o, decoupled: true), 1e-2);
        Wrong("adamw", o => Adam(o, decoupled: false), 1e-2);
        Wrong("dampening", o => new Momentum(o.LearningRate, 0.8) { Dampening = 0.35 }, 1e-2);
        Wrong("dampening", o => new Momentum(o.LearningRate, 0.8), 1e-2);
        Wrong("nesterov", o => new Momentum(o.LearningRate, 0.8), 1e-3);
        static Optimizer Adam(Optimizer o, bool decoupled)
        {
            var adam = (Adam)o;
            return new Adam(adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon) { WeightDecay = adam.WeightDecay, Decoupled = decoupled };
        }
    }

    [Fact]
    public void AWrongBatchIsSeen()
    {
        var c = Runs.Network("gradient-descent", 1, 0.4, 60).With("sgd").Record();
        var wrong = new CheckpointSequence(c.Select((k, i) => i != 20 ? k : new Checkpoint(k.Time, k.Step, [.. k.Tensors.Values.Where(t => t.Name != "batch"),
            new MemoryTensor("batch", [5, 6], 2)])), c.Loss) { Optimizer = c.Optimizer };
        var e = Runs.Errors(wrong, Runs.Run(wrong));
        Check.AtLeast(Math.Max(e.C2, e.C4), 1e-3, Line("one batch of sixty", e));
    }

    [Fact]
    public void ABatchMustBeOfTheExamples()
    {
        var c = Runs.Exact("gradient-descent", 3).With("sgd").Record();
        var wrong = new CheckpointSequence(c.Select(k => k.Find("batch") is null ? k : new Checkpoint(k.Time, k.Step,
            [.. k.Tensors.Values.Where(t => t.Name != "batch"), new MemoryTensor("batch", [6], 1)])), c.Loss) { Optimizer = c.Optimizer };
        Assert.Contains("batch: found 6, expected examples from 0 to 5", Assert.Throws<InvalidRunException>(() => Runs.Run(wrong)).Message);
    }
}
