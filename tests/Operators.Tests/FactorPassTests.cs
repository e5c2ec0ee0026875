using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>Kernels formed from the factors of layers, against those of the expanded Jacobians.</summary>
public sealed class FactorPassTests
{
    private const int n = 6, m = 4;

    private static readonly Backend s_backend = Backend.Managed(threads: 1);

    private static readonly Dictionary<string, JacobianLayer[]> s_networks = new()
    {
        ["dense"] = [JacobianLayer.Dense("a", 9, 8, bias: true), JacobianLayer.Dense("b", 8, 7, bias: false), JacobianLayer.Dense("c", 7, 3, bias: true)],
        ["few positions"] = [JacobianLayer.AtPositions("a", 2, 60, 40, bias: true), JacobianLayer.Dense("c", 20, 5, bias: true)],
        ["many positions"] = [JacobianLayer.AtPositions("a", 9, 4, 3, bias: true), JacobianLayer.Dense("c", 20, 5, bias: true)],
        ["with columns"] = [JacobianLayer.Plain("norm", 5), JacobianLayer.Dense("b", 20, 12, bias: true), JacobianLayer.Plain("more", 700)],
    };

    private static CheckpointSequence Run(JacobianLayer[] layers, int p, bool factored, bool preconditioned = false, int train = n, int test = m, int count = 4,
        bool midpoints = false)
    {
        var random = new Random(3);
        MemoryTensor Normal(string name, params long[] shape) =>
            new(name, Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextDouble() - 0.4).ToArray(), shape);
        TensorSource Jacobian(TensorName name, int examples)
        {
            var jacobian = new FactoredJacobian(name, "memory", examples, p, [.. layers.Select(l => LayerFactors.Of(name, l, examples, p, factor =>
            {
                long[] size = factor[0] == 'J' ? [l.Columns] : [factor[0] == 'A' ? l.Inputs : l.Outputs];
                if (l.Kind == JacobianLayerKind.Positions) size = [l.Positions, .. size];
                return Normal(factor, factor[0] == 'A' ? [examples, .. size] : [examples, p, .. size]);
            }))]);
            return factored ? jacobian : new MemoryTensor(name, jacobian.ReadAll(), [.. jacobian.Shape]);
        }
        long D = layers.Sum(l => l.Columns);
        return new CheckpointSequence(Enumerable.Range(0, count).Select(k =>
        {
            List<TensorSource> tensors = [Normal("U_S", train, p), Normal("U_Q", test, p), Jacobian(TensorName.J_S, train), Jacobian(TensorName.J_Q, test)];
            if (midpoints && k + 1 < count) tensors.AddRange([Jacobian(TensorName.J_S_mid, train), Jacobian(TensorName.J_Q_mid, test)]);
            if (preconditioned)
                tensors.Add(new MemoryTensor("preconditioner", Enumerable.Range(0, (int)D).Select(_ => random.NextDouble()).ToArray(), D));
            return new Checkpoint(k, k, [.. tensors]);
        }), LossModel.Squared(new double[train * p], p));
    }

    public static TheoryData<string, int> Networks
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string name in s_networks.Keys)
                foreach (int p in (int[])[1, 3]) data.Add(name, p);
            return data;
        }
    }

    private static readonly (int, int)[] s_pairs = [(0, 1), (1, 2), (2, 3), (0, 2), (0, 3)];

    private static Dictionary<(int A, int B), KernelTerm> Form(CheckpointSequence run) =>
        GramPass.Form(run, s_pairs, q => q.B - q.A == 1, s_backend);

    [Theory]
    [MemberData(nameof(Networks))]
    public void TheyAreThoseOfTheExpandedJacobians(string network, int p)
    {
        var expected = Form(Run(s_networks[network], p, factored: false));
        var found = Form(Run(s_networks[network], p, factored: true));
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        foreach (var (pair, term) in expected)
        {
            Close(term.Kernels, found[pair].Kernels, $"{network}, {pair}: kernels");
            Close(term.TestKernel!, found[pair].TestKernel!, $"{network}, {pair}: test kernel");
            Assert.Equal(term.Skew is null, found[pair].Skew is null);
            if (term.Skew is { } skew) Close(skew, found[pair].Skew!, $"{network}, {pair}: skew", term.Kernels.FrobeniusNorm());
            if (pair.A == pair.B)
                Assert.True(IsSymmetric(found[pair].Train.ToMatrix()) && IsSymmetric(found[pair].TestKernel!), $"{network}, {pair}: not symmetric");
        }
    }

    private static bool IsSymmetric(DenseMatrix x) => x.Equals(x.Transpose());

    [Fact]
    public void WithAPreconditionerRowsAreExpandedAndTheKernelsAreTheSameToTheLastBit()
    {
        var layers = s_networks["dense"];
        var expected = Form(Run(layers, 3, factored: false, preconditioned: true));
        var found = Form(Run(layers, 3, factored: true, preconditioned: true));
        foreach (var (pair, term) in expected) Assert.Equal(term.Kernels.Values, found[pair].Kernels.Values);
    }

    [Fact]
    public void WhatIsCheaperIsChosenByThePositions()
    {
        Assert.True(FactorProduct.IsCheaper(JacobianLayer.Dense("a", 64, 128, bias: true), 10));
        Assert.True(FactorProduct.IsCheaper(JacobianLayer.AtPositions("a", 4, 576, 64, bias: true), 10));
        Assert.False(FactorProduct.IsCheaper(JacobianLayer.AtPositions("a", 676, 9, 8, bias: true), 10));
        Assert.False(FactorProduct.IsCheaper(JacobianLayer.Plain("a", 64), 10));
    }

    // Tiles that do not divide the examples, held all at once and two at a time.
    [Theory]
    [InlineData(1L << 20, 30)]
    [InlineData(12_000L, 30)]
    [InlineData(1L, 30)]
    [InlineData(1L, 1)]
    public void ALargeProductIsFormedInTiles(long bytes, int rows)
    {
        JacobianLayer[] layers = [JacobianLayer.Dense("a", 6, 5, bias: true), JacobianLayer.AtPositions("b", 2, 20, 12, bias: true)];
        var expected = Form(Run(layers, 3, false, train: 24, test: 13));
        var found = GramPass.Form(Run(layers, 3, true, train: 24, test: 13), s_pairs, q => q.B - q.A == 1, s_backend, new FactorLimits(bytes, rows));
        foreach (var (pair, term) in expected)
        {
            Close(term.Kernels, found[pair].Kernels, $"{pair}: kernels");
            Close(term.TestKernel!, found[pair].TestKernel!, $"{pair}: test kernel");
            if (term.Skew is { } skew) Close(skew, found[pair].Skew!, $"{pair}: skew", term.Kernels.FrobeniusNorm());
        }
    }

    [Fact]
    public void PartsOfKernelsFromFactorsAreTheSameToTheLastBit()
    {
        var run = Run([JacobianLayer.Dense("a", 6, 5, bias: true), JacobianLayer.Plain("norm", 5)], 3, true, train: 24, test: 13, count: 6);
        var outputs = OutputRecord.Read(run);
        var whole = TrajectoryBuilder.Read(run, outputs, s_backend, forming: new KernelForming(4));
        var kept = new Shelf();
        var (pairs, forming) = (KernelPairs.OfInterpolants(run.Count, false), new KernelForming(4, kept));
        var parts = pairs.Parts(run, forming);
        // One part for each kernel, as products of factors are not divided by rows.
        Assert.All(parts, p => Assert.Equal(0, p.Part.Block));
        foreach (var (part, _) in parts.Reverse()) pairs.Form(run, [part], forming, s_backend);
        var merged = TrajectoryBuilder.Read(run, outputs, s_backend, forming: forming);
        for (int k = 0; k < run.Count; k++)
        {
            Assert.Equal(whole.At(k).Kernels.Values, merged.At(k).Kernels.Values);
            Assert.Equal(whole.At(k).TestKernel!.Values, merged.At(k).TestKernel!.Values);
            if (k + 1 < run.Count) Assert.Equal(whole.Skew(k)!.Values, merged.Skew(k)!.Values);
        }
    }

    public static TheoryData<string, int, bool> Steps
    {
        get
        {
            var data = new TheoryData<string, int, bool>();
            foreach (string name in s_networks.Keys)
                foreach (int p in (int[])[1, 3])
                    foreach (bool midpoints in (bool[])[false, true]) data.Add(name, p, midpoints);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void KernelsOfAStepAreThoseOfTheExpandedJacobians(string network, int p, bool midpoints)
    {
        JacobianDescentKernels Kernels(bool factored, FactorLimits limits)
        {
            var run = Run(s_networks[network], p, factored, midpoints: midpoints, count: 3);
            return new JacobianDescentKernels(run, OutputRecord.Read(run), ChordQuadrature.Auto, SegmentQuadrature.Gauss, s_backend, limits);
        }
        StepKernels Filled(JacobianDescentKernels kernels, int step)
        {
            var target = new StepKernels(n * p, m * p);
            target.Start.Fill(7); // what was there before does not matter
            kernels.Fill(step, Enumerable.Range(1, n * p).Select(i => Math.Sin(i)).ToArray(), target);
            return target;
        }
        var plain = Kernels(false, FactorLimits.Default);
        foreach (var limits in (FactorLimits[])[FactorLimits.Default, new(1, 4 * p)])
        {
            var factored = Kernels(true, limits);
            for (int step = 0; step < 2; step++)
            {
                StepKernels expected = Filled(plain, step), found = Filled(factored, step);
                Close(expected.Average.ToMatrix(), found.Average.ToMatrix(), "average");
                Close(expected.Start.ToMatrix(), found.Start.ToMatrix(), "start");
                Close(expected.TrainAverage.ToMatrix(), found.TrainAverage.ToMatrix(), "average of the training outputs");
                Close(expected.TestAverage.ToMatrix(), found.TestAverage.ToMatrix(), "average of the test outputs");
                Assert.True(IsSymmetric(found.Start.ToMatrix()) && IsSymmetric(found.TrainAverage.ToMatrix()) && IsSymmetric(found.TestAverage.ToMatrix()));
                StepChanges a = expected.Changes, b = found.Changes;
                Assert.Equal((a.IsKnown, a.HasBackward, a.HasForward), (b.IsKnown, b.HasBackward, b.HasForward));
                // Differences of J y, of which each is as large as ‖J‖‖y‖.
                double size = Math.Sqrt(a.SquaredLength * Enumerable.Range(0, n * p).Sum(i => expected.Start[i, i]));
                Check.Small(Math.Abs(a.SquaredLength - b.SquaredLength), 1e-13 * a.SquaredLength, "squared length of the step");
                foreach (var (x, y) in new[] { (a.First, b.First), (a.Bend, b.Bend), (a.Backward, b.Backward), (a.Forward, b.Forward) })
                    Check.Small(VectorRoutines.Distance(x, y), 1e-14 * size, $"{network}, step {step}: changes of J y");
            }
        }
    }

    private static void Close(DenseMatrix expected, DenseMatrix found, string what, double? scale = null)
    {
        double size = scale ?? expected.FrobeniusNorm(), error = (expected - found).FrobeniusNorm();
        Assert.True(error <= 1e-14 * size, $"{what}: off by {error / size:e1} of its norm");
    }
}
