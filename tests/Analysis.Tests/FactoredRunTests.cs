using KernelFlow.Analysis.Consistency;
using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Tests;

/// <summary>One training, recorded with its Jacobians, with their factors and with the kernel blocks of these, is one analysis: whatever the recording allows
/// agrees to the rounding of its numbers.</summary>
/// <remarks>
/// The bound. A number of J is Σ_t δ_t a_t. Stored plain it is rounded once, stored as factors twice, so two recordings differ in it by at most
/// (3u_s + (T + 2)u) Σ_t |δ_t||a_t|, where u_s is the unit roundoff of the stored type and u that of float64. With ρ = ‖Σ|δ||a|‖/‖J‖, which is 1 without
/// positions, that is ‖ΔJ‖ ≤ ε_J‖J‖_F with ε_J = ρ(3u_s + (T + 2)u), and ‖ΔK‖ ≤ (2ε_J + D u) tr K: D u for the sums over the parameters, which are summed in
/// another order. Everything else is made of these kernels. P is a product of I − Δt K B, W and G are sums of Δt times such products: to first order each
/// kernel enters with the weight Δt β, at most three times (itself, and P on both sides of it), and a buffer with memory s repeats it s times at most. With h
/// = s Σ Δt β tr K over training and test outputs an operator differs by at most (2ε_J + D u)(1 + 3h) of the size it would have without cancellation, for which
/// its own size stands here; so do the numbers of the claims, which are quotients of what is computed from such operators. R5, R6 and R10 divide by what
/// interpolation explains of a step, which may be a small part of it: there the predicted steps themselves are compared.
/// </remarks>
public sealed class FactoredRunTests
{
    private const double Unit = 1.1102230246251565e-16, SingleUnit = 5.9604644775390625e-8;

    private static RecordingOptions Training(string name)
    {
        var small = new RecordingOptions
        {
            Train = 12, Test = 6, Layers = LayerSpec.ParseList("7,6"), Steps = 60, LearningRate = 0.1, Checkpoints = 9, DType = StorageType.Float64,
        };
        var steps = small with { Steps = 8, Schedule = CheckpointSchedule.EveryStep, Midpoints = true, Outputs = 2 };
        var convolution = LayerSpec.ParseList("conv:3:3:2,6");
        var options = name.Split(' ')[0] switch
        {
            "descent" => steps,
            "adam" => steps with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01, Batch = 6 },
            "momentum" => steps with { Optimizer = OptimizerKind.Momentum, LearningRate = 0.02 },
            _ => small,
        };
        if (name.Contains("convolution", StringComparison.Ordinal)) options = options with { Layers = convolution, Train = 8, Test = 4 };
        return name.EndsWith("float32", StringComparison.Ordinal) ? options with { DType = StorageType.Float32 } : options;
    }

    private static ReservoirAnalysis Analysed(string name, CheckpointSequence run) => Analyze.Reservoir(run, TestRuns.Options with
    {
        Mode = name.Split(' ')[0] is "descent" or "adam" or "momentum" ? AnalysisMode.Descent : AnalysisMode.Flow,
        Interpolation = name.StartsWith("cubic", StringComparison.Ordinal) ? Interpolation.Cubic : Interpolation.Linear,
        Solver = name.StartsWith("golub-kahan", StringComparison.Ordinal) ? EigenSolver.GolubKahan : EigenSolver.Auto,
    });

    private static CheckpointSequence Recorded(RecordingOptions options, FactorRecording how)
    {
        var run = Recorder.InMemory(options with { Factors = how }, TestRuns.Managed);
        Assert.Equal(how == FactorRecording.Always, run[0][TensorName.J_S] is FactoredJacobian);
        return run;
    }

    private static CheckpointSequence Blocks(CheckpointSequence run) => new(KernelBlocks.Convert(run, TestRuns.Managed), run.Loss)
    {
        Optimizer = run.Optimizer, RunTensors = run.RunTensors, Metadata = run.Metadata,
    };

    // The bound of the class, relative to an operator.
    private static double Allowed(RecordingOptions options, CheckpointSequence plain, CheckpointSequence factored, CheckpointSequence blocks)
    {
        double stored = options.DType == StorageType.Float32 ? SingleUnit : Unit, ratio = 1, positions = 1, h = 0;
        for (int k = 0; k < factored.Count; k++)
        {
            var jacobian = (FactoredJacobian)factored[k][TensorName.J_S];
            ratio = Math.Max(ratio, Norm(Magnitudes(jacobian)) / Norm(plain[k][TensorName.J_S].ReadAll()));
            positions = jacobian.Layers.Max(l => l.Layer.Positions);
            if (k + 1 == factored.Count) continue;
            h += (factored[k + 1].Time - factored[k].Time) / options.Train * (Trace(blocks[k][TensorName.K_SS]) + Trace(blocks[k][TensorName.K_QQ]));
        }
        if (options.Optimizer == OptimizerKind.Momentum) h *= Math.Min(options.Steps, 1 / (1 - options.Momentum));
        return (2 * ratio * (3 * stored + (positions + 2) * Unit) + plain.Parameters!.Value * Unit) * (1 + 3 * h);
    }

    private static double[] Magnitudes(FactoredJacobian jacobian)
    {
        MemoryTensor Absolute(TensorSource tensor) => new(tensor.Name, Array.ConvertAll(tensor.ReadAll(), Math.Abs), [.. tensor.Shape]);
        return new FactoredJacobian(TensorName.J_S, "memory", jacobian.Shape[0], (int)jacobian.Shape[1],
            [.. jacobian.Layers.Select(l => l with { Inputs = Absolute(l.Inputs!), Deltas = Absolute(l.Deltas!) })]).ReadAll();
    }

    private static double Norm(double[] x) => Math.Sqrt(x.Sum(v => v * v));

    private static double Trace(TensorSource kernel)
    {
        double[] values = kernel.ReadAll();
        int n = (int)Math.Sqrt(values.Length);
        return Enumerable.Range(0, n).Sum(i => values[i * n + i]);
    }

    public static TheoryData<string> Runs =>
    [
        "flow dense float64", "flow dense float32", "flow convolution float64", "flow convolution float32", "cubic dense float64", "cubic convolution float32",
        "golub-kahan dense float64", "descent dense float64", "descent convolution float32", "adam dense float64", "adam convolution float32",
        "momentum dense float32", "momentum convolution float64",
    ];

    [Theory]
    [MemberData(nameof(Runs))]
    public void ThreeRecordingsOfOneTrainingAreOneAnalysis(string name)
    {
        var options = Training(name);
        CheckpointSequence plain = Recorded(options, FactorRecording.Never), factored = Recorded(options, FactorRecording.Always), blocks = Blocks(factored);
        double allowed = Allowed(options, plain, factored, blocks);
        StepsAgree(name + ", factors", plain, factored, allowed);
        var expected = Analysed(name, plain);
        Agree(name + ", factors", expected, Analysed(name, factored), allowed, all: true);
        // Kernel blocks cannot be interpolated by cubics, have no factor of W_S, and do not determine what momentum and Adam do.
        if (name.StartsWith("flow", StringComparison.Ordinal) || name.StartsWith("descent", StringComparison.Ordinal))
            Agree(name + ", kernel blocks", expected, Analysed(name, blocks), allowed, all: false);
        if (name.StartsWith("descent", StringComparison.Ordinal)) StepsAgree(name + ", kernel blocks", plain, blocks, allowed);
    }

    // What the recorded state of every checkpoint says of the step or the interval that follows.
    private static void StepsAgree(string name, CheckpointSequence plain, CheckpointSequence other, double allowed)
    {
        static IntervalRecord Record(CheckpointSequence run)
        {
            var outputs = OutputRecord.Read(run);
            var kernels = TrajectoryBuilder.Read(run, outputs, TestRuns.Managed);
            return ConsistencySupport.Compare(new AnalysisInput(run, outputs, kernels, TestRuns.Options, TestRuns.Managed), default).Value;
        }
        foreach (var (expected, found) in Record(plain).Intervals.Zip(Record(other).Intervals))
        {
            void Side(SideComparison x, SideComparison y, string side)
            {
                double size = Math.Sqrt(x.PredictedSquare) + x.Recorded;
                Check.Small(Math.Abs(x.Error - y.Error), allowed * size, $"{name}: distance of the recorded and the predicted step of {side} outputs");
                Check.Small(Math.Abs(x.Second - y.Second), allowed * size, $"{name}: second difference of the predicted step of {side} outputs");
                Check.Small(Math.Abs(x.Projection - y.Projection), allowed * size * size, $"{name}: projection of the recorded step of {side} outputs");
            }
            Side(expected.Train, found.Train, "training");
            Side(expected.Test, found.Test, "test");
        }
    }

    private static void Agree(string name, ReservoirAnalysis expected, ReservoirAnalysis found, double allowed, bool all)
    {
        foreach (var (operatorBefore, operatorAfter) in TestRuns.Named(expected.Operators.Value).Zip(TestRuns.Named(found.Operators.Value)))
            Check.Small(TestRuns.Relative(operatorAfter.Value, operatorBefore.Value), allowed, $"{name}: {operatorBefore.Name}");
        for (int j = 0; j < expected.Spectrum.Eigenvalues.Count; j++)
            Check.Small(Math.Abs(expected.Spectrum.Eigenvalues[j] - found.Spectrum.Eigenvalues[j]), allowed * expected.Spectrum.Eigenvalues[0],
                $"{name}: eigenvalue {j + 1}");
        var (before, after) = (expected.Influence.Value.OnTest.Value, found.Influence.Value.OnTest.Value);
        Check.Small(TestRuns.Relative(after, before), allowed, $"{name}: influence on test outputs");
        int compared = 0;
        foreach (var (plain, other) in expected.Claims.Zip(found.Claims))
        {
            Assert.Equal(plain.Id, other.Id);
            if (!all && (other.Verdict == Verdict.NotApplicable || plain.Verdict == Verdict.NotApplicable)) continue;
            // What blocks do not allow to estimate, an interpolation by cubics for one, may leave a claim undecided.
            if (all || other.Verdict != Verdict.Undecided) Assert.Equal((name, plain.Id, plain.Verdict), (name, other.Id, other.Verdict));
            if (plain.Id is "R5" or "R6" or "R10" || !plain.RelativeError.IsKnown || !other.RelativeError.IsKnown) continue;
            compared++;
            double x = plain.RelativeError.Value, y = other.RelativeError.Value;
            Check.Small(Math.Abs(x - y), allowed * Math.Max(1, Math.Abs(x)), $"{name}: {plain.Id} ({x:e3} and {y:e3})");
        }
        Assert.True(compared >= 4, $"{name}: {compared} claims compared");
        Assert.Equal(expected.Inclusion.Verdict, found.Inclusion.Verdict);
        if (!all) return;
        Assert.Equal(expected.RiskGate.IsKnown, found.RiskGate.IsKnown);
        foreach (var (gate, otherGate) in expected.RiskGate.Value.Points.Zip(found.RiskGate.Value.Points))
        {
            Assert.Equal(gate.PerLayer, otherGate.PerLayer);
            Check.Small(Math.Abs(gate.GradientShare!.Value - otherGate.GradientShare!.Value), allowed, $"{name}: share of the gradient that the gate keeps");
        }
    }
}
