using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>Operators made wrong on purpose between the integration and the checks: each fault is caught by the check of its name, and nothing is called Holds
/// or Vacuous.</summary>
/// <remarks>Y(τ_i), which a fault at one node needs, comes from the classical Runge–Kutta method on the path itself, not from the code under test.</remarks>
public class OperatorFaultTests
{
    public enum Fault { None, Asymmetric, DroppedNode, DroppedNodeUnlisted, WrongWeight, WrongWeightUnlisted, NegativeWeight, ShiftedNodes, ShiftedWeightless }

    private static readonly double[] s_times = [0, 1, 2.5, 4, 6];
    private static readonly FlowPath s_path = FlowPath.Straight(6, 4, 1, 30, 0.2, 12);
    private static readonly FlowRecording s_recording = FlowRecording.Of(s_path, s_times, stepsPerInterval: 100);
    private static readonly FlowRecording s_varying = FlowRecording.Of(s_path.WithVaryingHessian(s_times[^1], 5), s_times, stepsPerInterval: 100);

    public static TheoryData<Fault, string, string> Caught => new()
    {
        { Fault.Asymmetric, "gauss-4", "symmetry" },
        { Fault.DroppedNode, "gauss-4", "node weights" },
        { Fault.WrongWeight, "gauss-4", "node weights" },
        { Fault.NegativeWeight, "gauss-4", "node weights" },
        // The list of nodes is complete and only the sums are wrong: what else must hold of them tells.
        { Fault.DroppedNodeUnlisted, "gauss-4", "transfer identity" },
        { Fault.WrongWeightUnlisted, "gauss-4", "energy identity" },
        { Fault.DroppedNodeUnlisted, "radau-5", "transfer identity" },
        { Fault.WrongWeightUnlisted, "radau-5", "energy identity" },
        { Fault.ShiftedNodes, "gauss-4", "agreement of G_Q" },
        { Fault.ShiftedNodes, "radau-5", "agreement of G_Q" },
    };

    [Theory]
    [MemberData(nameof(Caught))]
    public void EveryFaultIsCaughtByName(Fault fault, string method, string check) => Expect(s_recording, fault, method, check);

    /// <summary>With B that varies neither identity holds: the agreement of two methods takes their place.</summary>
    [Theory]
    [InlineData(Fault.Asymmetric, "symmetry")]
    [InlineData(Fault.DroppedNode, "node weights")]
    [InlineData(Fault.DroppedNodeUnlisted, "agreement of W_S")]
    [InlineData(Fault.WrongWeightUnlisted, "agreement of W_S")]
    [InlineData(Fault.ShiftedNodes, "agreement of G_Q")]
    public void WithVaryingHessiansToo(Fault fault, string check) => Expect(s_varying, fault, "gauss-6", check);

    [Theory]
    [InlineData("gauss-2")]
    [InlineData("gauss-4")]
    [InlineData("gauss-6")]
    [InlineData("radau-3")]
    [InlineData("radau-5")]
    [InlineData("dopri5")]
    [InlineData("exponential-midpoint")]
    public void SoundOperatorsPassEveryCheck(string method)
    {
        foreach (var recording in (FlowRecording[])[s_recording, s_varying])
        {
            var inclusion = Examine(recording, Fault.None, method);
            Assert.All(inclusion.OperatorChecks, c => Assert.True(c.Passed, $"{method}: {c.Name}: {c.Defect:G3} of {c.Limit:G3}"));
            Assert.Equal(Verdict.Vacuous, inclusion.Verdict);
            Assert.Contains(inclusion.OperatorChecks, c => c.Name == "agreement of G_Q");
            Assert.Equal(ReferenceEquals(recording, s_recording), inclusion.OperatorChecks.Any(c => c.Name == "energy identity"));
        }
    }

    /// <summary>A true kernel of K_SS that shifted nodes of G_Q alone would still respect, and a leak at one node that they would not: the structural
    /// bound.</summary>
    [Fact]
    public void ALeakAtOneNodeBreaksTheStructuralBound()
    {
        var basis = FlowPath.Gaussian(new Random(1), 6, 6).QR().Q;
        Matrix<double> range = basis.SubMatrix(0, 6, 0, 4), projector = range * range.Transpose();
        var path = s_path with { J_S = t => projector * s_path.J_S(t) };
        var run = FlowRecording.Of(path, s_times, stepsPerInterval: 100);
        var sound = Examine(run, Fault.None, "gauss-4", 1e-10);
        Assert.True(sound.Verdict == Verdict.Holds, $"{sound.Verdict}: {sound.Reason}");
        Assert.Equal(2, sound.NullSpace!.Dimension);
        var leaking = Examine(run, Fault.ShiftedWeightless, "gauss-4", 1e-10, basis.Column(5));
        Assert.Equal(Verdict.Violated, leaking.Verdict);
        Assert.Contains("its bound is", leaking.Reason);
        Assert.Null(leaking.Visibility);
    }

    private static void Expect(FlowRecording recording, Fault fault, string method, string check)
    {
        var inclusion = Examine(recording, fault, method);
        var failed = inclusion.OperatorChecks.Where(c => !c.Passed).ToArray();
        Assert.True(failed.Any(c => c.Name == check),
            $"{check} did not fail; failed: {string.Join(", ", failed.Select(c => $"{c.Name} {c.Defect:G3} of {c.Limit:G3}"))}; "
            + string.Join(", ", inclusion.OperatorChecks.Select(c => $"{c.Name} {c.Defect:G3}")));
        Assert.True(inclusion.Verdict is Verdict.Undecided or Verdict.Violated, $"{inclusion.Verdict}");
        if (inclusion.Verdict == Verdict.Undecided) Assert.Contains($"operator check '{failed[0].Name}' failed", inclusion.Reason);
    }

    // The pipeline's stages up to the inclusion, with a fault between the integration and the rest.
    private static InclusionResult Examine(FlowRecording recording, Fault fault, string method, double threshold = 1e-3, Vector<double>? leak = null)
    {
        var backend = TestRuns.Managed;
        var options = TestRuns.Options with { Method = method, RelativeTolerance = 1e-6, Threshold = threshold };
        var checkpoints = recording.Jacobians();
        var outputs = OutputRecord.Read(checkpoints);
        using var second = SideThread.For(checkpoints.TrainSize, backend, CancellationToken.None);
        var input = new AnalysisInput(checkpoints, outputs, TrajectoryBuilder.Read(checkpoints, outputs, backend), options, backend);
        var model = FlowModel.Build(input, second, _ => { }, CancellationToken.None);
        _ = model.Second.Value.First;
        model = model with { Propagation = Break(recording.Path, model.Propagation, fault, leak) };
        var solution = SpectrumSolver.Solve(model, input, _ => { }, CancellationToken.None);
        var spectrum = SpectrumBuilder.Build(solution, model.Propagation.W_S, model.Fraction, threshold);
        return InclusionCheck.Run(new StudiedWindow(input, model, solution), model.Second, spectrum);
    }

    private static Propagation Break(FlowPath path, Propagation sound, Fault fault, Vector<double>? leak)
    {
        Matrix<double> W = sound.W_S.Clone(), G_S = sound.G_S.Clone(), G_Q = sound.G_Q.Clone();
        var nodes = sound.Nodes.ToList();
        // A node in the middle of the first half: neither negligible nor all there is.
        int chosen = nodes.Count / 4;
        var node = nodes[chosen];
        void Add(double weight)
        {
            Matrix<double> Y = Propagator(path, node.Time), J = path.J_S(node.Time), Z = J.Transpose() * Y;
            W += weight * Z.Transpose() * Z;
            G_S += weight * J * Z;
            G_Q += weight * path.J_Q(node.Time) * Z;
        }
        switch (fault)
        {
            case Fault.Asymmetric:
                W[1, 3] += 1e-9 * W.FrobeniusNorm();
                break;
            case Fault.DroppedNode or Fault.DroppedNodeUnlisted:
                Add(-node.Weight);
                if (fault == Fault.DroppedNode) nodes.RemoveAt(chosen);
                break;
            case Fault.WrongWeight or Fault.WrongWeightUnlisted:
                Add(0.3 * node.Weight);
                if (fault == Fault.WrongWeight) nodes[chosen] = node with { Weight = 1.3 * node.Weight };
                break;
            case Fault.NegativeWeight:
                Add(-2 * node.Weight);
                nodes[chosen] = node with { Weight = -node.Weight };
                break;
            case Fault.ShiftedNodes:
                // K_QS at the next node for Y at this one.
                G_Q.Clear();
                for (int i = 0; i < nodes.Count; i++)
                {
                    double other = nodes[Math.Min(i + 1, nodes.Count - 1)].Time;
                    G_Q += nodes[i].Weight * path.J_Q(other) * path.J_S(other).Transpose() * Propagator(path, nodes[i].Time);
                }
                break;
            case Fault.ShiftedWeightless:
                G_Q.SetRow(0, G_Q.Row(0) + 1e-6 * node.Weight * G_Q.L2Norm() * leak!);
                break;
        }
        return new Propagation
        {
            P = sound.P, W_S = DenseMatrix.OfMatrix(W), G_S = DenseMatrix.OfMatrix(G_S), G_Q = DenseMatrix.OfMatrix(G_Q), Nodes = nodes,
                StepsPerInterval = sound.StepsPerInterval,
            Transported = sound.Transported, IntervalTransported = sound.IntervalTransported, Error = sound.Error, Report = sound.Report,
        };
    }

    // P(t, s) by the classical Runge–Kutta method on the whole matrix.
    private static Matrix<double> Propagator(FlowPath path, double time)
    {
        const int steps = 300;
        double h = time / steps;
        Matrix<double> Slope(double t, Matrix<double> x)
        {
            var K = path.J_S(t) * path.J_S(t).Transpose();
            var y = K * x;
            return path.B is { } b ? -Matrix<double>.Build.DenseOfDiagonalArray(b(t)) * y : -y / path.Train;
        }
        var P = Matrix<double>.Build.DenseIdentity(path.N);
        for (int i = 0; i < steps; i++)
        {
            double t = i * h;
            var a = Slope(t, P);
            var b = Slope(t + 0.5 * h, P + 0.5 * h * a);
            var c = Slope(t + 0.5 * h, P + 0.5 * h * b);
            P += h / 6 * (a + 2 * b + 2 * c + Slope(t + h, P + h * c));
        }
        return P;
    }
}
