using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests;

/// <summary>A user's own interpolation: any kernel trajectory will do, and what it cannot give is told as unknown.</summary>
public class OwnInterpolationTests
{
    /// <summary>The linear interpolant behind a class that the tool does not know.</summary>
    private sealed class Opaque(KernelTrajectory inner, IReadOnlyList<double>? knots = null)
        : KernelTrajectory(inner.TrainSize, inner.TestSize, inner.Outputs, knots ?? inner.Knots)
    {
        public override double? Beta => inner.Beta;

        public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => inner.TestKernelIntegral(nodes);

        protected override void KernelsCore(int interval, double time, in MatrixView kernels) => inner.Kernels(interval, time, kernels);

        protected override void HessianCore(int interval, double time, OutputHessian B) => inner.Hessian(interval, time, B);
    }

    private sealed class OwnInterpolation(bool wrongKnots = false) : Interpolation
    {
        public override string Name => "own";

        public override KernelTrajectory Build(TrajectoryBuilder builder, IReadOnlyList<int> chosen)
        {
            var linear = builder.Linear(chosen);
            return wrongKnots ? new Opaque(linear, [.. linear.Knots.Select(t => 2 * t)]) : new Opaque(linear);
        }
    }

    private static CheckpointSequence Run() => SmallNetworks.Record(SmallNetworks.Parity with { Steps = 60, Checkpoints = 6 });

    [Fact]
    public void TheFlowRunsOnIt()
    {
        var run = Run();
        var own = Analyze.Reservoir(run, TestRuns.Options with { Interpolation = new OwnInterpolation() });
        var linear = Analyze.Reservoir(run, TestRuns.Options);
        Assert.Equal("own", own.Options.Interpolation);
        foreach (var (mine, theirs) in own.Spectrum.Eigenvalues.Zip(linear.Spectrum.Eigenvalues))
            Check.Small(Math.Abs(mine - theirs), 1e-12 * linear.Spectrum.Eigenvalues[0], "eigenvalue against the linear interpolation");
        Assert.Equal(linear.Inclusion.Verdict, own.Inclusion.Verdict);
    }

    /// <summary>The steps cannot be replayed without the mean Jacobian of each: the descent part is unknown, and with it the verdict of a data claim.</summary>
    [Fact]
    public void WhatItCannotGiveIsUnknown()
    {
        var claim = Analyze.Reservoir(Run(), TestRuns.Options with { Interpolation = new OwnInterpolation() }).Claim("C4");
        Assert.Equal(Verdict.Undecided, claim.Verdict);
        Assert.Contains("descent (the interpolation gives no mean Jacobian along a step, so the recorded steps cannot be replayed on it)", claim.Reason);
    }

    [Fact]
    public void WhatCannotBeDoneWithItIsRefusedByName()
    {
        string Refused(AnalysisOptions options) => Assert.Throws<ArgumentException>(() => Analyze.Reservoir(Run(), options)).Message;
        var own = TestRuns.Options with { Interpolation = new OwnInterpolation() };
        Assert.StartsWith("interpolation: the knots of own are not the times",
            Refused(TestRuns.Options with { Interpolation = new OwnInterpolation(wrongKnots: true) }));
        Assert.StartsWith("mode: descent needs the mean Jacobian along each step, which the interpolation own does not give",
            Refused(own with { Mode = AnalysisMode.Descent }));
        Assert.StartsWith("solver: golub-kahan needs an interpolated Jacobian, and the interpolation own gives none",
            Refused(own with { Solver = EigenSolver.GolubKahan }));
    }
}
