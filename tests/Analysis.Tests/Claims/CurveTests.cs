using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>C13, C14 and influence against their definitions, written out with MathNet on the recorded tensors.</summary>
public sealed class CurveTests
{
    private static readonly RecordingOptions s_noisy = SmallNetworks.Parity with { Steps = 300, Checkpoints = 10 };

    private static Vector<double> Vector(double[] values) => Vector<double>.Build.DenseOfArray(values);

    private static double[] Gradient(CheckpointSequence run, double[] targets) =>
        [.. run[0]["U_S"].ReadAll().Zip(targets, (u, y) => (u - y) / run.Train)];

    [Theory]
    [InlineData("flow", 1e-3)]
    [InlineData("flow", 0.05)]
    [InlineData("descent", 0.05)]
    public void NoisePlacementIsTheProjectionOnEachWindow(string mode, double threshold)
    {
        var run = SmallNetworks.Record(s_noisy);
        var options = TestRuns.Options with { Mode = Named.Mode(mode), Threshold = threshold, RelativeTolerance = 1e-8 };
        var a = Analyze.Reservoir(run, options);
        var placement = a.NoisePlacement.Value;
        double[] clean = run.RunTensors["clean_S"].ReadAll(), y = run.Loss.Targets.ToArray();
        Assert.Equal(("clean targets", y.Zip(clean).Count(p => p.First != p.Second)), (placement.Division, placement.NoisyExamples));
        Vector<double> g = Vector(Gradient(run, y)), gClean = Vector(Gradient(run, clean)), noise = g - gClean;
        double first = 0, last = 0;
        foreach (int k in (int[])[0, placement.Points.Count / 2, placement.Points.Count - 1])
        {
            var point = placement.Points[k];
            var alone = Analyze.Reservoir(run, options with { To = point.Time });
            var evd = alone.Operators.Value.W_S.Evd(Symmetricity.Symmetric);
            // The response is kept on the way through the whole window; here G_Q is that of the short window, in flow by another method on its own grid.
            var other = mode == "flow" ? Analyze.Reservoir(run, options with { To = point.Time, Method = "radau-5" }) : alone;
            double largest = evd.EigenValues.Max(z => z.Real), beta = 1.0 / run.Train;
            foreach (var (v, found, name) in new[] { (noise, point.Noise, "noise"), (gClean, point.Clean, "clean"), (g, point.Gradient, "gradient") })
            {
                double share = Enumerable.Range(0, v.Count)
                    .Where(j => (mode == "flow" ? 2 * beta * evd.EigenValues[j].Real : evd.EigenValues[j].Real / largest) >= threshold)
                    .Sum(j => Math.Pow(evd.EigenVectors.Column(j).DotProduct(v), 2)) / v.DotProduct(v);
                Check.Close(found.Size, v.L2Norm(), 1e-14, $"{name}: size");
                Check.Close(found.TestMovement, (other.Operators.Value.G_Q * v).L2Norm(), mode == "flow" ? 1e-6 : 1e-12, $"{name}: test movement, window {k}");
                Check.Small(Math.Abs(share - found.SignalShare), 2e-11, $"{name}: signal share, window {k}");
                Check.Small(Math.Abs(found.SignalShare + found.ReservoirShare - 1), 16 * Check.Eps, "sum of shares");
                Assert.Equal(mode == "flow", found.Dissipated is not null);
                if (found.Dissipated is { } gone)
                    Check.Close(gone, 2 * beta * (v * alone.Operators.Value.W_S * v) / v.DotProduct(v), 5e-9, $"{name}: dissipated, window {k}");
            }
            (first, last) = k == 0 ? (point.Noise.SignalShare, last) : (first, point.Noise.SignalShare);
        }
        Assert.True(last > first + 0.01, $"the noise share grew from {first} to {last} only: nothing was tested");
        Assert.Equal(Verdict.Measured, a.Claim("C13").Verdict);
    }

    /// <summary>Without clean labels the mask divides the gradient by examples; without either there is nothing to say.</summary>
    [Fact]
    public void NoiseByMaskAndWithoutOne()
    {
        var run = SmallNetworks.Record(s_noisy);
        CheckpointSequence With(params string[] names) =>
            new(run, run.Loss) { Optimizer = run.Optimizer, RunTensors = run.RunTensors.Where(t => names.Contains(t.Key))
            .ToDictionary(t => t.Key, t => t.Value) };
        var a = Analyze.Reservoir(With("noise_mask_S"), TestRuns.Options);
        double[] mask = run.RunTensors["noise_mask_S"].ReadAll(), g = Gradient(run, run.Loss.Targets.ToArray());
        Vector<double> v = Vector([.. g.Select((x, i) => x * mask[i])]);
        Assert.Equal("noise mask", a.NoisePlacement.Value.Division);
        Check.Close(a.NoisePlacement.Value.Points[^1].Noise.Dissipated, 2.0 / run.Train * (v * a.Operators.Value.W_S * v) / v.DotProduct(v), 1e-14,
            "dissipated share of marked examples");
        var none = Analyze.Reservoir(With(), TestRuns.Options);
        Assert.False(none.NoisePlacement.IsKnown);
        Assert.Equal(Verdict.NotApplicable, none.Claim("C13").Verdict);
        Assert.Contains("neither clean_S nor noise_mask_S", none.Claim("C13").Reason);
        var pure = Analyze.Reservoir(SmallNetworks.Record(s_noisy with { Noise = 0 }), TestRuns.Options);
        Assert.Contains("no label differs", pure.Claim("C13").Reason);
    }

    /// <summary>Softmax: g is affine in the targets, so the noise part is the difference of targets over n.</summary>
    [Fact]
    public void SoftmaxNoiseIsTheDifferenceOfTargets()
    {
        var run = SmallNetworks.Record(SmallNetworks.EveryStep with { Noise = 0.4, Steps = 20, Seed = 3 });
        var a = Analyze.Reservoir(run, TestRuns.Options with { Threshold = 0.1 });
        var noise = Vector([.. run.RunTensors["clean_S"].ReadAll().Zip(run.Loss.Targets.ToArray(), (c, y) => (c - y) / run.Train)]);
        var psi = a.Operators.Value.Eigenvectors.SubMatrix(0, noise.Count, 0, a.Spectrum.SignalDimension.Value);
        Check.Close(a.NoisePlacement.Value.Points[^1].Noise.SignalShare, psi.TransposeThisAndMultiply(noise).PointwisePower(2)
            .Sum() / noise.DotProduct(noise), 1e-14, "signal share");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void TheGateIsMeanAgainstVarianceOfPerExampleGradients(int outputs)
    {
        var run = SmallNetworks.Record(outputs == 1 ? s_noisy : SmallNetworks.EveryStep with { Steps = 20, Midpoints = false });
        var a = Analyze.Reservoir(run, TestRuns.Options);
        var gate = a.RiskGate.Value;
        long D = run.Parameters!.Value;
        Assert.Equal(D, gate.Layers.Sum(l => l.Parameters));
        Assert.Equal(outputs == 1 ? 3 : 2, gate.Layers.Count);
        foreach (var point in new[] { gate.Points[0], gate.Points[^1] })
        {
            int k = Enumerable.Range(0, run.Count).Single(i => run[i].Time == point.Time), n = run.Train, p = run.Outputs, parameter = 0;
            double[] J = run[k]["J_S"].ReadAll(), g = new double[n * p];
            run.Loss.Gradient(run[k]["U_S"].ReadAll(), g);
            double kept = 0, all = 0, total = 0;
            for (int l = 0; l < gate.Layers.Count; l++)
            {
                int passed = 0;
                for (long end = parameter + gate.Layers[l].Parameters; parameter < end; parameter++)
                {
                    double[] z = [.. Enumerable.Range(0, n).Select(i => n * Enumerable.Range(0, p).Sum(c => J[(i * p + c) * D + parameter] * g[i * p + c]))];
                    double mean = z.Average(), variance = z.Average(x => (x - mean) * (x - mean));
                    all += mean * mean;
                    if (mean * mean <= variance / (n - 1)) continue;
                    passed++;
                    kept += mean * mean;
                }
                // One parameter on the edge may round either way.
                Check.Small(Math.Abs((double)passed / gate.Layers[l].Parameters - point.PerLayer[l]), 1.5 / gate.Layers[l].Parameters,
                    $"layer {l + 1}, t = {point.Time}");
                total += passed;
            }
            Check.Small(Math.Abs(total / D - point.Share), 1.5 / D, "share");
            Check.Close(point.GradientShare, kept / all, 5e-14, "share of the gradient");
            Check.Between(point.Share, 0.01, 0.999, "a share that says something");
        }
        Assert.NotEqual(gate.Points[0].Share, gate.Points[^1].Share);
        Assert.Equal(Verdict.Measured, a.Claim("C14").Verdict);
    }

    [Fact]
    public void TheGateNeedsJacobians()
    {
        var claim = Analyze.Reservoir(SmallNetworks.Record(SmallNetworks.MildKernels with { Steps = 40, Checkpoints = 5 }), TestRuns.Options).Claim("C14");
        Assert.Equal(Verdict.NotApplicable, claim.Verdict);
        Assert.Contains("kernel blocks", claim.Reason);
    }

    /// <summary>The definitions with E_i written out; and what examples do adds up to the prediction.</summary>
    [Theory]
    [InlineData("flow")]
    [InlineData("descent")]
    public void InfluenceIsThatOfOneExamplesGradient(string mode)
    {
        var run = SmallNetworks.Record(SmallNetworks.EveryStep with { Steps = 20 });
        var a = Analyze.Reservoir(run, TestRuns.Options with { Mode = Named.Mode(mode) });
        int n = run.Train, p = run.Outputs;
        double[] g = new double[n * p];
        run.Loss.Gradient(run[0]["U_S"].ReadAll(), g);
        var sum = Vector<double>.Build.Dense(a.Operators.Value.G_Q.RowCount);
        // Softmax: the gradients of an example sum to zero, and trace and response are those of such directions.
        var zeroSum = Matrix<double>.Build.Dense(p, p, (c, d) => (c == d ? 1 : 0) - 1.0 / p);
        for (int i = 0; i < n; i++)
        {
            var alone = Vector([.. g.Select((x, r) => r / p == i ? x : 0)]);
            var e = a.Influence.Value.Examples[i];
            var moved = -(a.Operators.Value.G_Q * alone);
            Check.Close(e.SelfInfluence, alone * a.Operators.Value.W_S * alone, 2e-14, $"self-influence of {i}");
            Check.Close(e.SelfTrace, (zeroSum * a.Operators.Value.W_S.SubMatrix(i * p, p, i * p, p)).Trace(), 32 * Check.Eps, $"trace of {i}");
            Check.Close(e.TestResponse, (a.Operators.Value.G_Q.SubMatrix(0, sum.Count, i * p, p) * zeroSum).L2Norm(), 5e-14, $"response of {i}");
            Check.Close(e.TestContribution, moved.L2Norm(), 2e-14, $"contribution of {i}");
            Check.Close(e.Gradient, alone.L2Norm(), 1e-14, $"gradient of {i}");
            Check.Small((moved - a.Influence.Value.OnTest.Value.Column(i)).L2Norm(), 1e-14, $"column {i}");
            sum += a.Influence.Value.OnTest.Value.Column(i);
        }
        Check.Small((sum - Vector([.. a.Displacements.PredictedTest])).L2Norm() / sum.L2Norm(), 5e-15, "sum over examples");
    }

    /// <summary>Constant kernel, squared loss: −G_QE_ig_i is exactly what is lost when example i is given the network's own output as its label; the flow
    /// itself is integrated anew.</summary>
    [Fact]
    public void WithAFrozenKernelItIsTheEffectOfRelabelling()
    {
        const int n = 7, changed = 3;
        double[] times = [0, 2, 5, 9];
        var path = FlowPath.Straight(n, 4, 1, 50, 0, 12);
        var recording = FlowRecording.Of(path, times, stepsPerInterval: 100);
        var a = Analyze.Reservoir(recording.Jacobians(), TestRuns.Options);
        Vector<double> Final(Vector<double> y)
        {
            Matrix<double> J_S = path.J_S(0), J_Q = path.J_Q(0);
            Vector<double> u = recording.Moments[0].U_S, q = recording.Moments[0].U_Q;
            const int steps = 20000;
            double h = times[^1] / steps;
            for (int i = 0; i < steps; i++) // midpoint rule
            {
                Vector<double> Rate(Vector<double> at) => J_S.TransposeThisAndMultiply(at - y) / n;
                var z = Rate(u - h / 2 * (J_S * Rate(u)));
                (u, q) = (u - h * (J_S * z), q - h * (J_Q * z));
            }
            return q;
        }
        var targets = Vector(recording.Targets);
        var relabelled = targets.Clone();
        relabelled[changed] = recording.Moments[0].U_S[changed];
        var lost = Final(targets) - Final(relabelled);
        Check.Small((lost - a.Influence.Value.OnTest.Value.Column(changed)).L2Norm() / lost.L2Norm(), 5e-8, "effect of relabelling");
    }
}
