using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>C6 (reachability), C10 (composition) and C11 (schedule): they hold for any input, and see faults in the operators.</summary>
public sealed class WindowClaimTests(ITestOutputHelper output)
{
    private static readonly string[] s_ids = ["C6", "C10", "C11"];

    private static CheckpointSequence Tiny() => RecordedRun.Open(TestRuns.DigitsTiny).Checkpoints;

    public static TheoryData<string, string> Runs => new()
    {
        { "tiny", "flow" }, { "tiny", "descent" }, { "kernel blocks", "flow" }, { "every step", "flow" }, { "every step", "descent" }, { "varying B", "flow" },
    };

    private static CheckpointSequence Run(string name) => name switch
    {
        "tiny" => Tiny(),
        "kernel blocks" => SmallNetworks.WithoutCrossBlocks(SmallNetworks.Record(SmallNetworks.MildKernels)),
        "every step" => SmallNetworks.Record(SmallNetworks.EveryStep),
        _ => FlowRecording.Of(FlowPath.Straight(6, 4, 2, 60, 0.2, 5).WithVaryingHessian(40, 6), [0, 3, 10, 25, 40], stepsPerInterval: 50).Jacobians(),
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void TheyHoldOnAnyRun(string name, string mode)
    {
        var a = Analyze.Reservoir(Run(name), TestRuns.Options with { Mode = Named.Mode(mode), RelativeTolerance = 1e-8 });
        foreach (string id in s_ids)
        {
            var claim = a.Claim(id);
            output.WriteLine(FormattableString.Invariant($"{name}, {mode}: {id} {claim.Verdict} {claim.RelativeError:e2} of {claim.Budget?.Sum:e2}: ")
                + FormattableString.Invariant($"{claim.Reason}"));
            Assert.True(claim.Verdict == Verdict.Holds, $"{id}: {claim.Verdict}, {claim.Reason}");
            Check.Small(claim.Budget!.Sum!.Value, 3e-4, $"{id}: budget"); // it can see faults
        }
    }

    /// <summary>Each fault of one per cent or more in one operator is seen by the claims that look at it, in flow and in descent.</summary>
    [Theory]
    [InlineData("P times 1.01", "C10")]
    [InlineData("P of another sign in one row and column", "C10")]
    [InlineData("W_S times 1.01", "C6 C10", "C6 C10 C11")]
    [InlineData("G_Q times 1.01", "C10")]
    [InlineData("G_S times 0.99", "C10")]
    [InlineData("one column of G_Q of another sign", "C10")]
    [InlineData("W_S of a part larger than the whole", "C11")]
    [InlineData("W_S of two parts exchanged", "C11")]
    [InlineData("W_S indefinite", "C6 C10 C11")]
    public void FaultsAreSeen(string fault, string by, string? inFlow = null)
    {
        foreach (string mode in (string[])["flow", "descent"])
        {
            var a = Faults.Analyse(Tiny(), TestRuns.Options with { Mode = Named.Mode(mode) }, model => Apply(fault, model));
            string seen = string.Join(" ", s_ids.Where(id => a.Claim(id).Verdict == Verdict.Violated));
            output.WriteLine(FormattableString.Invariant($"{mode}, {fault}: {seen}; ")
                + string.Join("; ", s_ids.Select(id => FormattableString.Invariant($"{id} {a.Claim(id).RelativeError:e1}"))));
            string expected = mode == "flow" ? inFlow ?? by : by; // only in flow is 2βλ ≤ 1
            Assert.True(seen == expected, $"{mode}, {fault}: seen by {seen}, expected {expected}");
        }
    }

    private static RunModel Apply(string fault, RunModel model)
    {
        var p = model.Propagation;
        var identity = DenseMatrix.CreateIdentity(p.P.RowCount);
        return fault switch
        {
            "P times 1.01" => model.With(P: p.P.Times(1.01)),
            "P of another sign in one row and column" => model.With(P: p.P.Flipped(3)),
            "W_S times 1.01" => model.With(W_S: p.W_S.Times(1.01)),
            "G_Q times 1.01" => model.With(G_Q: p.G_Q.Times(1.01)),
            "G_S times 0.99" => model.With(G_S: p.G_S.Times(0.99)),
            "one column of G_Q of another sign" => model.With(G_Q: p.G_Q.Flipped(5)),
            "W_S of a part larger than the whole" =>
                model.With(partial: [.. model.PartialGramians.Select((g, i) => i == 3 ? g with { W_S = p.W_S.Times(1.01) } : g)]),
            "W_S of two parts exchanged" =>
                model.With(partial: [.. model.PartialGramians.Select((g, i) => i is 2 or 4 ? g with { W_S = model.PartialGramians[6 - i].W_S } : g)]),
            "W_S indefinite" => model.With(W_S: (DenseMatrix)(p.W_S - 0.5 * p.W_S.L2Norm() * identity)),
            _ => throw new ArgumentException(fault),
        };
    }

    /// <summary>The λ_j that C6 is about, by Simpson's rule over small Runge–Kutta steps of the vectors: nothing in common with either integration of the
    /// program.</summary>
    [Fact]
    public void EigenvaluesAreTheEnergyThatTheirModesDissipate()
    {
        var path = FlowPath.Straight(7, 4, 1, 50, 0.3, 31);
        double[] times = [0, 1, 4, 9, 16];
        var a = Analyze.Reservoir(FlowRecording.Of(path, times, stepsPerInterval: 50).Jacobians(), TestRuns.Options);
        foreach (int j in (int[])[0, 3, 6])
        {
            Vector<double> x = a.Operators.Value.Eigenvectors.Column(j);
            double energy = 0;
            const int steps = 1000;
            double h = 16.0 / steps;
            for (int i = 0; i < steps; i++)
            {
                Vector<double> Rate(double t, Vector<double> v) => -(path.J_S(t) * path.J_S(t).TransposeThisAndMultiply(v)) / 7;
                double Power(double t, Vector<double> v) => path.J_S(t).TransposeThisAndMultiply(v).PointwisePower(2).Sum();
                double t = i * h;
                Vector<double> k1 = Rate(t, x), k2 = Rate(t + h / 2, x + h / 2 * k1), k3 = Rate(t + h / 2, x + h / 2 * k2), k4 = Rate(t + h, x + h * k3);
                Vector<double> end = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), middle = (x + end) / 2 + h / 8 * (k1 - Rate(t + h, end));
                energy += h / 6 * (Power(t, x) + 4 * Power(t + h / 2, middle) + Power(t + h, end));
                x = end;
            }
            Check.Close(a.Spectrum.Eigenvalues[j], energy, 5e-10, $"λ_{j + 1}");
        }
    }

    /// <summary>The schedule is what an analysis of the shorter window finds, and that of the later start too.</summary>
    [Fact]
    public void TheScheduleIsThatOfTheWindowsAnalysedAlone()
    {
        var run = Tiny();
        var a = Analyze.Reservoir(run, TestRuns.Options with { ScheduleOverStart = true, RelativeTolerance = 1e-10 });
        var schedule = a.Schedule.Value;
        Assert.Equal(7, schedule.OverEnd.Count);
        Assert.Equal(7, schedule.OverStart.Value.Count);
        Assert.Equal(a.Spectrum.Eigenvalues, schedule.OverEnd[^1].Eigenvalues);
        Assert.Null(schedule.OverEnd[0].SmallestIncrement);
        // Two integrations to rtol = 1e-10 differ by at most twice that. Windows of a later start are integrated to 1e-6 for a curve; their eigenvalues come
        // out far more accurate, because nearly all modes are saturated and 2βW = I − PᵀP holds at any step.
        foreach (int i in (int[])[1, 3, 5])
        {
            var (end, start) = (schedule.OverEnd[i], schedule.OverStart.Value[i]);
            Compare(end, Analyze.Reservoir(run, TestRuns.Options with { To = end.Time, RelativeTolerance = 1e-10 }), 2e-10);
            Compare(start, Analyze.Reservoir(run, TestRuns.Options with { From = start.Time, RelativeTolerance = 1e-10 }), 5e-9);
        }
        Check.Close(schedule.OverStart.Value[0].Eigenvalues[0], a.Spectrum.Eigenvalues[0], 1e-14, "W(s, T) from both sides");
    }

    private static void Compare(SchedulePoint point, ReservoirAnalysis alone, double tolerance)
    {
        double first = alone.Spectrum.Eigenvalues[0];
        for (int j = 0; j < point.Eigenvalues.Count; j++)
            Check.Small(Math.Abs(point.Eigenvalues[j] - alone.Spectrum.Eigenvalues[j]) / first, tolerance,
                FormattableString.Invariant($"t = {point.Time}, mode {j + 1}"));
        Assert.Equal(alone.Spectrum.SignalDimension.Value, point.SignalDimension);
        Check.Close(point.EffectiveRank, alone.Spectrum.EffectiveRank, 2.5e-12, "effective rank");
    }

    /// <summary>Two checkpoints cannot be divided, and momentum has no propagator of a part.</summary>
    [Fact]
    public void WhatDoesNotApplySaysWhy()
    {
        var two = Analyze.Reservoir(Tiny().Subset([0, 15]), TestRuns.Options);
        Assert.Equal(Verdict.NotApplicable, two.Claim("C10").Verdict);
        Assert.Contains("no checkpoint between its ends", two.Claim("C10").Reason);
        Assert.Equal(Verdict.Holds, two.Claim("C6").Verdict);
        var momentum =
            Analyze.Reservoir(SmallNetworks.Record(SmallNetworks.EveryStep with { Optimizer = OptimizerKind.Momentum, LearningRate = 0.05, Steps = 20 }),
            TestRuns.Options with { Mode = AnalysisMode.Descent });
        foreach (string id in (string[])["C6", "C10"])
        {
            Assert.Equal(Verdict.NotApplicable, momentum.Claim(id).Verdict);
            Assert.Contains("momentum", momentum.Claim(id).Reason);
        }
        Assert.Equal(Verdict.Holds, momentum.Claim("C11").Verdict);
    }
}
