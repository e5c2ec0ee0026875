namespace KernelFlow.Recording.Tests.Optimizers;

/// <summary>Optimizers as objects: constants by their keys, equality by value, and what cannot be made.</summary>
public class OptimizerTests
{
    private static readonly Optimizer[] _all =
    [
        new GradientDescent(0.1), new GradientDescent(0.1) { BatchSize = 4 }, new Momentum(0.1, 0.9), new Momentum(0.1, 0.8), new Adam(0.1, 0.9, 0.999, 1e-8),
        new StochasticGradientDescent(0.1, 4), new GradientFlow(), new UnknownOptimizer("lion", 0.1),
        new UnknownOptimizer("lion", 0.1, new NamedConstant("decay", 1)),
        new GradientDescent(0.1) { WeightDecay = 0.01 }, new GradientDescent(0.1) { WeightDecay = 0.01, Decoupled = true },
        new Momentum(0.1, 0.9) { Dampening = 0.1 }, new Momentum(0.1, 0.9) { Nesterov = true }, new Adam(0.1, 0.9, 0.999, 1e-8) { WeightDecay = 0.1 },
    ];

    [Fact]
    public void TwoAreEqualWhenKindAndConstantsAre()
    {
        for (int i = 0; i < _all.Length; i++)
            for (int j = 0; j < _all.Length; j++)
                Assert.True(_all[i].Equals(_all[j]) == (i == j), $"{_all[i]} against {_all[j]}: found equal = {_all[i].Equals(_all[j])}");
        Assert.Equal(new Adam(0.1, 0.9, 0.999, 1e-8), _all[4]);
        Assert.Equal(new Adam(0.1, 0.9, 0.999, 1e-8).GetHashCode(), _all[4].GetHashCode());
    }

    [Fact]
    public void AKnownNameWithOtherConstantsIsNotTheKnownOptimizer() =>
        Assert.False(new UnknownOptimizer("momentum", 0.1, new NamedConstant("momentum", 0.9)).Equals(new Momentum(0.1, 0.9)));

    [Fact]
    public void ConstantsComeInTheOrderOfTheManifestWithTheBatchLast()
    {
        Assert.Equal([new("beta1", 0.9), new("beta2", 0.99), new("epsilon", 1e-8), new("batchSize", 3)],
            new Adam(1, 0.9, 0.99, 1e-8) { BatchSize = 3 }.Constants);
        Assert.Equal([new("momentum", 0.5)], new Momentum(1, 0.5).Constants);
        Assert.Empty(new GradientDescent(1).Constants);
        Assert.Equal([new("momentum", 0.5), new("nesterov", 1) { IsFlag = true }, new("weightDecay", 0.1), new("decoupled", 1) { IsFlag = true },
            new("batchSize", 2)], new Momentum(1, 0.5) { Nesterov = true, WeightDecay = 0.1, Decoupled = true, BatchSize = 2 }.Constants);
        Assert.Equal("momentum, learning rate 1, momentum 0.5, dampening 0.25, weightDecay 0.1",
            new Momentum(1, 0.5) { Dampening = 0.25, WeightDecay = 0.1 }.ToString());
        Assert.Empty(new GradientDescent(1) { Decoupled = true }.Constants);
        Assert.Equal("adam, learning rate 1, beta1 0.9, beta2 0.99, epsilon 1E-08, batchSize 3", new Adam(1, 0.9, 0.99, 1e-8) { BatchSize = 3 }.ToString());
    }

    [Fact]
    public void ConstantsOutsideTheirRangeMakeNoOptimizer()
    {
        Assert.Contains("optimizer adam needs its coefficient beta1 in [0, 1), found 1",
            Assert.Throws<ArgumentException>(() => new Adam(0.1, 1, 0.9, 0)).Message);
        Assert.Contains("optimizer momentum needs its coefficient momentum in [0, 1), found -0.5",
            Assert.Throws<ArgumentException>(() => new Momentum(0.1, -0.5)).Message);
        Assert.Contains("epsilon", Assert.Throws<ArgumentException>(() => new Adam(0.1, 0.9, 0.9, double.NaN)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientDescent(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StochasticGradientDescent(0.1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientDescent(0.1) { WeightDecay = -1 });
        Assert.Contains("dampening in [0, 1), found 1", Assert.Throws<ArgumentException>(() => new Momentum(0.1, 0.9) { Dampening = 1 }).Message);
        Assert.Contains("no dampening", Assert.Throws<ArgumentException>(() => new Momentum(0.1, 0.9) { Dampening = 0.1, Nesterov = true }).Message);
        Assert.Contains("momentum above 0", Assert.Throws<ArgumentException>(() => new Momentum(0.1, 0) { Nesterov = true }).Message);
    }

    [Fact]
    public void OnlyTheFlowIsAFlow() => Assert.Equal(["gradient-flow"], _all.Where(o => o.IsFlow).Select(o => o.Kind));

    [Fact]
    public void OnlyGradientDescentWithoutDecayIsPlain() =>
        Assert.Equal(["gradient-descent", "gradient-descent"], _all.Where(o => o.IsPlainDescent).Select(o => o.Kind));

    [Fact]
    public void WhatHasNoRecursionSaysWhy()
    {
        Assert.Equal(["gradient-flow", "lion", "lion"], _all.Where(o => o.Rule is null).Select(o => o.Kind));
        Assert.Equal("optimizer lion has no descent recursion here; there is one for gradient-descent, momentum, adam, sgd", _all[8].NoRuleReason);
    }

    [Fact]
    public void DescriptorsSayWhetherThereIsARecursion()
    {
        Assert.Equal(["gradient-descent", "momentum", "adam", "sgd", "gradient-flow"], OptimizerDescriptor.BuiltIn.Select(d => d.Kind));
        foreach (var descriptor in OptimizerDescriptor.BuiltIn)
            Assert.Equal(descriptor.HasRule, _all.First(o => o.Kind == descriptor.Kind).Rule is not null);
    }
}
