using KernelFlow.Operators.Tests;

namespace KernelFlow.Recording.Tests;

/// <summary>Windows by flow time and subsets by index.</summary>
public class CheckpointWindowTests
{
    private static CheckpointSequence Run() => new SyntheticRun(n: 2, m: 1, p: 1, D: 3, count: 5, seed: 1).Sequence(k =>
        [new MemoryTensor("J_S", new double[6], 2, 3), new MemoryTensor("J_Q", new double[3], 1, 3)]);

    [Fact]
    public void BothEndsAreInclusive()
    {
        var run = Run();
        double[] t = run.Select(c => c.Time).ToArray();
        Assert.Equal(t[1..4], run.Window(t[1], t[3]).Select(c => c.Time));
        Assert.Equal(t[..3], run.Window(null, t[2]).Select(c => c.Time));
        Assert.Equal(t[2..], run.Window(t[2], null).Select(c => c.Time));
        Assert.Same(run, run.Window(null, null));
        Assert.Same(run, run.Window(t[0], t[4]));
        Assert.Equal(t, run.Select(c => c.Time)); // the run itself is not changed
    }

    [Fact]
    public void TimesMatchToOnePartInABillion()
    {
        var run = Run();
        double t = run[2].Time;
        Assert.Equal(3, run.Window(t * (1 + 9e-10), null).Count);
        string message = Assert.Throws<ArgumentException>(() => run.Window(t * (1 + 2e-9), null)).Message;
        Assert.Contains("is not the time of a checkpoint; the nearest is " + t.ToString("R", System.Globalization.CultureInfo.InvariantCulture), message);
        Assert.StartsWith("from: ", message);
        Assert.StartsWith("to: NaN", Assert.Throws<ArgumentException>(() => run.Window(null, double.NaN)).Message);
    }

    [Fact]
    public void AWindowHoldsAtLeastTwo()
    {
        var run = Run();
        Assert.Contains("holds fewer than two checkpoints", Assert.Throws<ArgumentException>(() => run.Window(run[2].Time, run[2].Time)).Message);
        Assert.Contains("holds fewer than two checkpoints", Assert.Throws<ArgumentException>(() => run.Window(run[3].Time, run[1].Time)).Message);
    }

    [Fact]
    public void WhatBelongsToTheRunIsKept()
    {
        var run = Run();
        var dressed = new CheckpointSequence(run, run.Loss)
        {
            Optimizer = new GradientDescent(0.5),
            RunTensors = new Dictionary<string, TensorSource> { ["y_Q"] = new MemoryTensor("y_Q", [1.0], 1) },
            InputHash = new Lazy<string>("sha256:0"),
            OpeningTime = TimeSpan.FromSeconds(3),
        };
        var part = dressed.Subset([0, 2, 4]);
        Assert.Equal([0L, 2, 4], part.Select(c => c.Step));
        Assert.Same(dressed.Optimizer, part.Optimizer);
        Assert.Same(dressed.RunTensors, part.RunTensors);
        Assert.Same(dressed.InputHash, part.InputHash);
        Assert.Equal(dressed.OpeningTime, part.OpeningTime);
        Assert.Same(dressed.Loss, part.Loss);
    }

    [Fact]
    public void SubsetsMustIncreaseAndHoldTwo()
    {
        Assert.Contains("expected more than", Assert.Throws<InvalidRunException>(() => Run().Subset([2, 1])).Message);
        Assert.Contains("found 1 checkpoint(s), expected at least two", Assert.Throws<InvalidRunException>(() => Run().Subset([2])).Message);
    }
}
