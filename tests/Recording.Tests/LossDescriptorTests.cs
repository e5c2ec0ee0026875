namespace KernelFlow.Recording.Tests;

/// <summary>Losses by their descriptors, and the same loss of other targets.</summary>
public class LossDescriptorTests
{
    private static LossDescriptor Of(string name) => LossDescriptor.BuiltIn.Single(d => d.Name == name);

    private static LossData Data(int examples, int outputs, params double[] targets) => new(examples, outputs, false, targets, []);

    [Fact]
    public void EveryBuiltInLossIsMadeByItsDescriptor()
    {
        Assert.Equal(["squared", "softmax-cross-entropy", "logistic", "custom"], LossDescriptor.BuiltIn.Select(d => d.Name));
        LossModel[] made =
        [
            Of("squared").Make(Data(1, 2, 0.5, 3)), Of("softmax-cross-entropy").Make(Data(1, 2, 0.25, 0.75)), Of("logistic").Make(Data(2, 1, 1, -1)),
            Of("custom").Make(Data(3, 2)),
        ];
        Assert.Equal(LossDescriptor.BuiltIn.Select(d => d.Name), made.Select(l => l.Kind));
        Assert.Equal([(1, 2), (1, 2), (2, 1), (3, 2)], made.Select(l => (l.Examples, l.Outputs)));
        foreach (var (loss, descriptor) in made.Zip(LossDescriptor.BuiltIn))
        {
            Assert.Equal(descriptor.HasFormula, !loss.IsCustom);
            Assert.Empty(loss.Constants);
            Assert.Empty(descriptor.ReadConstants(null));
        }
    }

    [Theory]
    [InlineData("squared", 1, null)]
    [InlineData("custom", 7, null)]
    [InlineData("logistic", 1, null)]
    [InlineData("logistic", 2, "1 (loss logistic)")]
    [InlineData("softmax-cross-entropy", 2, null)]
    [InlineData("softmax-cross-entropy", 1, "at least 2 (loss softmax-cross-entropy; for one output use logistic)")]
    public void OutputsThatALossAllows(string loss, int outputs, string? expected) => Assert.Equal(expected, Of(loss).ExpectedOutputs(outputs));

    [Fact]
    public void TargetsAreCheckedUnderTheNameGiven()
    {
        Of("squared").CheckTargets([3, -7], 2, "y_Q");
        Assert.Equal("y_Q: found 0.5 at index [1, 0], expected -1 or 1 (logistic).",
            Assert.Throws<InvalidRunException>(() => Of("logistic").CheckTargets([1, 0.5], 1, "y_Q")).Message);
        Assert.StartsWith("clean_S: probabilities of example 0 sum to 0.5",
            Assert.Throws<InvalidRunException>(() => Of("softmax-cross-entropy").CheckTargets([0.25, 0.25], 2, "clean_S")).Message);
    }

    [Fact]
    public void OtherTargetsKeepKindReductionAndOutputs()
    {
        LossModel[] losses = [LossModel.Squared([1, 2, 3, 4], 2, sum: true), LossModel.SoftmaxCrossEntropy([1, 0, 0, 1], 2),
            LossModel.Logistic([1, -1], sum: true)];
        double[][] others = [[5, 6], [0.5, 0.5], [-1]];
        foreach (var (loss, targets) in losses.Zip(others))
        {
            var other = loss.WithTargets(targets);
            Assert.Equal((loss.Kind, loss.Outputs, loss.IsSum, 1), (other.Kind, other.Outputs, other.IsSum, other.Examples));
            Assert.Equal(targets, other.Targets.ToArray());
        }
        Assert.Contains("read from the checkpoints", Assert.Throws<InvalidOperationException>(() => LossModel.Custom(2, 1).WithTargets([1, 2])).Message);
    }

    /// <summary>A loss that nobody here knows keeps its own formula when its targets are exchanged; it used to become cross-entropy in the placement of label
    /// noise, and logistic where targets were read.</summary>
    [Fact]
    public void AnUnknownLossOfOtherTargetsStaysItself()
    {
        LossModel loss = new Quartic([1.0, 2]);
        var g = new double[2];
        loss.WithTargets([0.0, 1]).Gradient([2.0, 1], g);
        Assert.Equal([0.5 * 8, 0], g);
    }

    /// <summary>Φ = (1/n) Σ ¼(u − y)⁴.</summary>
    private sealed class Quartic(double[] targets) : LossModel("quartic", targets.Length, 1, false)
    {
        public override ReadOnlySpan<double> Targets => targets;

        public override LossModel WithTargets(double[] other) => new Quartic(other);

        public override double Value(ReadOnlySpan<double> u)
        {
            double total = 0;
            for (int i = 0; i < u.Length; i++) total += 0.25 * Math.Pow(u[i] - targets[i], 4);
            return Scale * total;
        }

        public override void Gradient(ReadOnlySpan<double> u, Span<double> g)
        {
            for (int i = 0; i < u.Length; i++) g[i] = Scale * Math.Pow(u[i] - targets[i], 3);
        }

        public override void Hessian(ReadOnlySpan<double> u, OutputHessian B)
        {
            for (int i = 0; i < u.Length; i++) B.Blocks[i] = Scale * 3 * Math.Pow(u[i] - targets[i], 2);
        }
    }
}
