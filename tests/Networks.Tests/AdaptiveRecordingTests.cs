using KernelFlow.Files;
using KernelFlow.Numerics;

namespace KernelFlow.Networks.Tests;

/// <summary>Adaptive checkpoints of the built-in recorder.</summary>
public sealed class AdaptiveRecordingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-adaptive-").FullName;

    private static readonly RecordingOptions s_moving = new()
    {
        Data = DataKind.TeacherStudent, InputSize = 5, Train = 12, Test = 7, Layers = [LayerSpec.Dense(6)], Steps = 120, LearningRate = 0.3, Scale = 0.5,
        Seed = 4, DType = StorageType.Float64, Schedule = CheckpointSchedule.Adaptive,
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // J of the probes by the evaluator's own rows; the layers' factors must multiply as these do.
    [Theory]
    [InlineData("6,4")]
    [InlineData("conv:3:3:2,5")]
    public void Products_by_factors_are_those_of_the_Jacobian(string layers)
    {
        var network = FeedForwardNetwork.Create(25, LayerSpec.ParseList(layers), ActivationKind.Gelu, 3, Parametrisation.Ntk);
        var evaluator = new NetworkEvaluator(network, Backends.Managed);
        var random = new Random(3);
        double[] w = network.Initialise(5), x = Normal(4 * 25), J = new double[12 * network.Parameters], d = Normal(network.Parameters), v = Normal(12);
        evaluator.Jacobian(w, x, new double[12], J);
        var factors = new ProbeFactors(evaluator, w, x, Backends.Managed);
        double[] Jd = new double[12], JTv = new double[network.Parameters];
        for (int r = 0; r < 12; r++)
            for (int j = 0; j < d.Length; j++)
            {
                Jd[r] += J[r * d.Length + j] * d[j];
                JTv[j] += J[r * d.Length + j] * v[r];
            }
        // Sums of at most D products of size about 10: rounding of 1e-13 each.
        Check.CloseEntries(factors.Times(d), Jd, 1e-11, "J d");
        Check.CloseEntries(factors.TransposeTimes(v), JTv, 1e-11, "Jᵀv");

        double[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 2 - 1)];
    }

    [Fact]
    public void Checkpoints_are_the_steps_that_fired_and_the_manifest_says_what_did()
    {
        int count = Recorder.Record(s_moving, Path.Combine(_folder, "run"), Backends.Managed);
        using var run = RecordedRun.Open(Path.Combine(_folder, "run"));
        Assert.Equal(count, run.Checkpoints.Count);
        Assert.InRange(count, 4, 60);
        Assert.Equal(s_moving.Adaptive.ToString(), run.Checkpoints.Metadata["schedule"]);
        string[] fired = run.Checkpoints.Metadata["fired"].Split("; ");
        Assert.Equal(run.Checkpoints.Skip(1).SkipLast(1).Select(c => $"step {c.Step}"), fired.Select(f => f[..f.IndexOf(':')]));
    }

    // The rule again from a recording of every step: J_k(w − w_k) with w from the recorded gradient steps, K from the recorded Jacobians.
    [Fact]
    public void The_values_that_fired_follow_from_a_recording_of_every_step()
    {
        var schedule = new AdaptiveSchedule { Gradient = null, Kernel = null, Probes = 100, Linearity = 0.1 };
        string fired = Recorder.InMemory(s_moving with { Adaptive = schedule }, Backends.Managed).Metadata["fired"].Split("; ")[0];
        var every = Recorder.InMemory(s_moving with { Schedule = CheckpointSchedule.EveryStep }, Backends.Managed);
        double[] J_S = every[0]["J_S"].ReadAll(), J_Q = every[0]["J_Q"].ReadAll(), J = [.. J_S, .. J_Q], moved = new double[J.Length / 19];
        double[] U(int k) => [.. every[k]["U_S"].ReadAll(), .. every[k]["U_Q"].ReadAll()];
        for (int k = 1; ; k++)
        {
            double[] last = every[k - 1]["J_S"].ReadAll(), g = every[k - 1]["g"].ReadAll();
            for (int r = 0; r < 12; r++)
                for (int j = 0; j < moved.Length; j++) moved[j] -= 0.3 * g[r] * last[r * moved.Length + j];
            double[] predicted = [.. Enumerable.Range(0, 19).Select(r => VectorRoutines.Dot(J.AsSpan(r * moved.Length, moved.Length), moved))];
            double value = AdaptiveRule.Nonlinearity(U(k), U(0), predicted);
            if (value <= 0.1) continue;
            Assert.Equal(new AdaptiveFiring(k, AdaptiveTest.Linearity, value, 0.1).ToString(), fired);
            return;
        }
    }

    [Fact]
    public void A_linear_model_has_its_first_and_last_checkpoint_only()
    {
        var linear = s_moving with { Layers = [], LearningRate = 0.1, Adaptive = new AdaptiveSchedule { Gradient = null, Linearity = 1e-9, Kernel = 1e-9 } };
        var run = Recorder.InMemory(linear, Backends.Managed);
        Assert.Equal([0, 120], run.Select(c => c.Step));
        Assert.False(run.Metadata.ContainsKey("fired"), "nothing fired, so nothing is said about it");
    }

    [Theory]
    [InlineData(OptimizerKind.GradientDescent, false, false)]
    [InlineData(OptimizerKind.Sgd, false, true)]
    [InlineData(OptimizerKind.Adam, true, true)]
    public void A_recording_resumed_after_a_cancellation_has_the_same_checkpoints(OptimizerKind optimizer, bool kernels, bool seconds)
    {
        var options = s_moving with
        {
            Optimizer = optimizer, Kernels = kernels, Batch = optimizer == OptimizerKind.Sgd ? 5 : null,
            LearningRate = optimizer == OptimizerKind.Adam ? 0.02 : 0.3, Adaptive = new AdaptiveSchedule { MaxSeconds = seconds ? 3600 : null },
        };
        string whole = Path.Combine(_folder, "whole"), resumed = Path.Combine(_folder, "resumed");
        Recorder.Record(options, whole, Backends.Managed);
        using var source = new CancellationTokenSource();
        var stop = new Collected(report => { if (report.Checkpoints == 4) source.Cancel(); });
        Assert.Throws<OperationCanceledException>(
            () => { Recorder.Record(options, resumed, Backends.Managed, progress: stop, cancellation: source.Token); });
        Recorder.Record(options, resumed, Backends.Managed, ExistingRun.Resume);
        Assert.Equal(Directory.GetFiles(whole).Select(f => Path.GetFileName(f)).Order(), Directory.GetFiles(resumed).Select(f => Path.GetFileName(f)).Order());
        foreach (string file in Directory.GetFiles(whole))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(resumed, Path.GetFileName(file))));
    }

    [Fact]
    public void Resuming_takes_the_marks_of_the_manifest_and_refuses_what_is_none()
    {
        string folder = Path.Combine(_folder, "run"), manifest = Path.Combine(folder, "run.json");
        Recorder.Record(s_moving, folder, Backends.Managed);
        string text = File.ReadAllText(manifest);
        int at = text.IndexOf("\"fired\"", StringComparison.Ordinal), step = text.IndexOf("step ", at, StringComparison.Ordinal);
        File.WriteAllText(manifest, text[..step] + "stap " + text[(step + 5)..]);
        var e = Assert.Throws<InvalidRunException>(() => Recorder.Record(s_moving, folder, Backends.Managed, ExistingRun.Resume));
        Assert.Contains("metadata.fired: found stap ", e.Message);
    }

    [Fact]
    public void Budgets_bound_what_is_recorded()
    {
        var run = Recorder.InMemory(s_moving with { Adaptive = new AdaptiveSchedule { MaxCheckpoints = 5 } }, Backends.Managed);
        Assert.Equal(5, run.Count);
        Assert.Equal(120, run[4].Step);
        long each = (12 + 7) * run.Parameters!.Value * sizeof(double);
        var small = s_moving with { Factors = FactorRecording.Never, Adaptive = new AdaptiveSchedule { MaxBytes = 4 * each } };
        Assert.Equal(4, Recorder.InMemory(small, Backends.Managed).Count);
    }

    [Fact]
    public void Midpoints_and_tolerances_that_make_no_rule_are_refused()
    {
        Assert.Contains("Midpoints need every step", Assert.Throws<ArgumentException>((s_moving with { Midpoints = true }).Validate).Message);
        Assert.Contains("Kernel is 0", Assert.Throws<ArgumentException>((s_moving with { Adaptive = new() { Kernel = 0 } }).Validate).Message);
        Assert.Throws<InvalidOperationException>(() => s_moving.CheckpointSteps());
    }

    private sealed class Collected(Action<RecordingProgress> then) : IProgress<RecordingProgress>
    {
        public void Report(RecordingProgress value) => then(value);
    }
}
