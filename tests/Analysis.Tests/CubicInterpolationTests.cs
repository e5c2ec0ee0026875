using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Cubic interpolation end to end: its order on smooth paths, B that stays positive semidefinite, a custom loss.</summary>
public sealed class CubicInterpolationTests(ITestOutputHelper output)
{
    private const double End = 4;
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];

    /// <summary>t = 4x^q on a uniform grid of x: every interval halves when their number doubles; q = 1 is uniform.</summary>
    private static double[] Grid(int intervals, double q) => [.. Enumerable.Range(0, intervals + 1).Select(i => End * Math.Pow((double)i / intervals, q))];

    private static ReservoirAnalysis Analysis(double[] times, string interpolation, bool custom)
    {
        var path = FlowPath.Curved(6, 4, custom ? 2 : 1, 30, 0.6, 1.1, 11);
        var run = FlowRecording.Of(custom ? path.WithVaryingHessian(End, 12) : path, times, stepsPerInterval: 200).Jacobians();
        var flow = new CheckpointSequence(run, run.Loss) { Optimizer = new GradientFlow() };
        return Analyze.Reservoir(flow, TestRuns.Options with { Interpolation = Named.Interpolation(interpolation), RelativeTolerance = 1e-11 });
    }

    [Theory]
    [InlineData("linear", 1, false, 1.8, 2.3)]
    [InlineData("linear", 1.7, false, 1.8, 2.3)]
    [InlineData("cubic", 1, false, 2.8, 5)]
    [InlineData("cubic", 1.7, false, 2.8, 5)]
    [InlineData("linear", 1.7, true, 1.8, 2.3)]
    [InlineData("cubic", 1.7, true, 2.8, 5)]
    public void ErrorsFallWithTheOrder(string interpolation, double q, bool custom, double low, double high)
    {
        var analyses = ((int[])[12, 24, 48]).Select(n => Analysis(Grid(n, q), interpolation, custom)).ToArray();
        foreach (string id in s_claims)
        {
            double[] errors = [.. analyses.Select(a => a.Claim(id).RelativeError.Value)];
            double[] orders = [Math.Log2(errors[0] / errors[1]), Math.Log2(errors[1] / errors[2])];
            output.WriteLine(FormattableString.Invariant($"{interpolation}, q = {q}, custom {custom}: {id} errors {errors[0]:e2} {errors[1]:e2} ")
                + FormattableString.Invariant($"{errors[2]:e2}, orders {orders[0]:f2} {orders[1]:f2}; ")
                + string.Join(", ", analyses.Select(a => FormattableString.Invariant($"budget {a.Claim(id).Budget!.Sum:e1} {a.Claim(id).Verdict}"))));
            Check.Between(orders[1], low, high, $"order of {id}");
            foreach (var a in analyses) Assert.Equal(Verdict.Holds, a.Claim(id).Verdict);
        }
    }

    /// <summary>From 24 checkpoints on cubic is better than linear by more than ten.</summary>
    [Fact]
    public void CubicIsWorthIt()
    {
        ReservoirAnalysis linear = Analysis(Grid(24, 1.7), "linear", false), cubic = Analysis(Grid(24, 1.7), "cubic", false);
        foreach (string id in s_claims)
            Check.Between(linear.Claim(id).RelativeError.Value / cubic.Claim(id).RelativeError.Value, 10, 1e6, $"{id}: linear relative to cubic");
    }

    /// <summary>B from interpolated outputs is a Hessian, hence PSD; B interpolated as a matrix by the same cubic is not, on the same run.</summary>
    [Fact]
    public void HessiansFromInterpolatedOutputsStayPositiveSemidefinite()
    {
        var run = SmallNetworks.Record(SmallNetworks.EveryStep with { LearningRate = 3, Steps = 40, Midpoints = false, Schedule = CheckpointSchedule.Geometric,
            Checkpoints = 8 });
        var outputs = OutputRecord.Read(run);
        int[] all = [.. Enumerable.Range(0, run.Count)];
        var trajectory = TrajectoryBuilder.Read(run, outputs, TestRuns.Managed).Cubic(all);
        OutputHessian B = new(run.Train, run.Outputs);
        double smallest = double.PositiveInfinity, naive = double.PositiveInfinity;
        for (int k = 0; k + 1 < run.Count; k++)
        {
            var interpolant = JacobianInterpolant.Cubic(all, outputs.Times, k);
            for (int i = 0; i <= 20; i++)
            {
                double theta = i / 20.0;
                trajectory.Hessian(k, run[k].Time + theta * (run[k + 1].Time - run[k].Time), B);
                smallest = Math.Min(smallest, Smallest(B.Blocks, run.Outputs));
                var matrix = new double[B.Blocks.Length];
                for (int a = 0; a < interpolant.Checkpoints.Count; a++)
                {
                    double weight = interpolant.Basis[a].Select((c, power) => c * Math.Pow(theta, power)).Sum();
                    for (int j = 0; j < matrix.Length; j++) matrix[j] += weight * outputs.Hessians[interpolant.Checkpoints[a]].Blocks[j];
                }
                naive = Math.Min(naive, Smallest(matrix, run.Outputs));
            }
        }
        output.WriteLine(FormattableString.Invariant($"smallest eigenvalue of n·B: {smallest * run.Train:e2}; interpolated as a matrix: ")
            + FormattableString.Invariant($"{naive * run.Train:e2}"));
        Check.Between(smallest * run.Train, -1e-15, 1, "smallest eigenvalue of n·B");
        Check.Between(naive * run.Train, -10, -1e-3, "smallest eigenvalue of n·B interpolated as a matrix");
    }

    private static double Smallest(ReadOnlySpan<double> blocks, int p)
    {
        double smallest = double.PositiveInfinity;
        for (int i = 0; i < blocks.Length; i += p * p)
            smallest = Math.Min(smallest, MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfColumnMajor(p, p, blocks.Slice(i, p * p).ToArray())
                .Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric).EigenValues[0].Real);
        return smallest;
    }
}
