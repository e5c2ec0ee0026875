using System.Globalization;
using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Two-layer linear networks learn features, and their P, W_S, G_Q and G_S are known in closed form: recorded, read back and analysed, they must
/// converge to it as the
/// checkpoints get denser, at the order of the interpolant.</summary>
public sealed class LinearNetworkTests(ITestOutputHelper output) : IDisposable
{
    private const double End = 4;
    private const int Coarsest = 8, Halvings = 3;
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-linear-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>‖X_h − X‖_F/‖X‖_F of the four operators with the given number of uniform intervals.</summary>
    private Dictionary<string, double> Errors(LinearNetworkSolution exact, int intervals, string interpolation)
    {
        string folder = Path.Combine(_folder, FormattableString.Invariant($"run-{intervals}"));
        exact.Record(Enumerable.Range(0, intervals + 1).Select(k => End * k / intervals), folder);
        using var run = RecordedRun.Open(folder);
        var analysis =
            Analyze.Reservoir(run.Checkpoints, TestRuns.Options with { Interpolation = Named.Interpolation(interpolation), RelativeTolerance = 1e-11 });
        var truth = new Dictionary<string, Matrix<double>> { ["P"] = exact.P(End, 0), ["W_S"] = exact.W_S(0, End), ["G_Q"] = exact.G_Q(End, 0),
            ["G_S"] = exact.G_S(End, 0) };
        return TestRuns.Named(analysis.Operators.Value).ToDictionary(o => o.Name, o => TestRuns.Relative(o.Value, truth[o.Name]));
    }

    /// <summary>Linear in J: the error of K is O(h²). Hermite with three-point slopes: these are off by O(h²) and J by O(h³), of opposite signs in the two
    /// halves of an interval, so that
    /// on a uniform grid the operators, which are integrals, gain an order.</summary>
    [Theory]
    [InlineData("linear", 1.85, 2.15)]
    [InlineData("cubic", 3.85, 4.15)]
    public void OperatorsConvergeToTheClosedFormAtTheOrderOfTheInterpolant(string interpolation, double least, double most)
    {
        var exact = new LinearNetworkSolution(new LinearNetworkOptions { Seed = 3 });
        double growth = exact.K_SS(End).L2Norm() / exact.K_SS(0).L2Norm();
        Check.Between(growth, 10, 1000, "growth of the kernel: features are learned");
        var errors = Enumerable.Range(0, Halvings + 1).Select(i => Errors(exact, Coarsest << i, interpolation)).ToArray();
        foreach (string name in errors[0].Keys)
        {
            double[] e = [.. errors.Select(d => d[name])], orders = [.. e.Zip(e.Skip(1), (coarse, fine) => Math.Log2(coarse / fine))];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{interpolation} {name}: errors {string.Join(", ", e.Select(x => x.ToString("e2", CultureInfo.InvariantCulture)))}; orders "
                    + $"{string.Join(", ", orders.Select(x => x.ToString("0.00", CultureInfo.InvariantCulture)))}"));
            Check.Between(orders[^1], least, most, $"{interpolation}: observed order of {name}");
            Check.Small(e[^1], interpolation == "linear" ? 2e-5 : 1e-8, $"{interpolation}: error of {name} on the finest grid");
        }
    }

    /// <summary>Targets that no linear map reaches stay for ever: (n − d)·p directions, and the verdict says so.</summary>
    [Fact]
    public void WhatNoLinearMapReachesIsTheReservoir()
    {
        var options = new LinearNetworkOptions { Seed = 3 };
        var exact = new LinearNetworkSolution(options);
        var run = exact.Checkpoints(Enumerable.Range(0, 41).Select(k => 8.0 * k / 40));
        var analysis = Analyze.Reservoir(run, TestRuns.Options with { Threshold = 1e-10 });
        Assert.Equal((options.Train - options.InputSize) * options.Outputs, analysis.Spectrum.ReservoirDimension.Value);
        Assert.True(analysis.Inclusion.Verdict == Verdict.Holds, $"{analysis.Inclusion.Verdict}: {analysis.Inclusion.Reason}");
        foreach (string id in (string[])["C1", "C2", "C3", "C4"]) Assert.True(analysis.Claim(id).Verdict != Verdict.Violated,
            $"{id}: {analysis.Claim(id).RelativeError}, {analysis.Claim(id).Budget}");
    }
}
