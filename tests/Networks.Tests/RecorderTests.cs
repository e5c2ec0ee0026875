using System.Text.Json;
using KernelFlow.Files;
using KernelFlow.Numerics;

namespace KernelFlow.Networks.Tests;

public sealed class RecorderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-record-").FullName;

    private static readonly RecordingOptions s_small = new() { Train = 12, Test = 7, Layers = [LayerSpec.Dense(5)], Steps = 60,
        Checkpoints = 8, Noise = 0.2, Seed = 4 };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_recorded_run_opens_and_holds_what_training_computed()
    {
        string folder = Path.Combine(_folder, "run");
        var options = s_small with { DType = StorageType.Float64 };
        var reports = new Collected();
        Recorder.Record(options, folder, Backends.Managed, progress: reports);
        using var run = RecordedRun.Open(folder);
        var memory = Recorder.InMemory(options, Backends.Managed);

        Assert.Equal((12, 7, 1, 64L * 5 + 5 + 5 + 1), (run.Checkpoints.Train, run.Checkpoints.Test, run.Checkpoints.Outputs, run.Checkpoints.Parameters));
        Assert.Equal(new GradientDescent(0.05), run.Checkpoints.Optimizer);
        Assert.Equal("squared", run.Checkpoints.Loss.Kind);
        Assert.Equal(options.CheckpointSteps().Select(s => (long)s), run.Checkpoints.Select(c => c.Step));
        Assert.Equal(run.Checkpoints.Count, reports.Values.Count);
        foreach (var (recorded, computed) in run.Checkpoints.Zip(memory))
        {
            Check.Small(Math.Abs(recorded.Time - recorded.Step * 0.05), 1e-15 * recorded.Step, $"flow time of step {recorded.Step}");
            Assert.Equal(computed.Time, recorded.Time);
            foreach (string name in (string[])["J_S", "J_Q", "U_S", "U_Q", "g", "loss"]) Assert.Equal(computed[name].ReadAll(), recorded[name].ReadAll());
        }
        foreach (string name in (string[])["y_Q", "clean_S", "noise_mask_S"])
            Assert.Equal(memory.RunTensors[name].ReadAll(), run.Checkpoints.RunTensors[name].ReadAll());
    }

    [Fact]
    public void Float32_rounds_the_Jacobians_only()
    {
        var wide = Recorder.InMemory(s_small with { DType = StorageType.Float64 }, Backends.Managed);
        var narrow = Recorder.InMemory(s_small, Backends.Managed);
        Assert.Equal(StorageType.Float32, narrow[3]["J_S"].Type);
        Assert.Equal(wide[3]["J_S"].ReadAll().Select(v => (double)(float)v), narrow[3]["J_S"].ReadAll());
        Assert.Equal(wide[3]["U_S"].ReadAll(), narrow[3]["U_S"].ReadAll());
    }

    [Fact]
    public void Recorded_loss_and_gradient_are_those_of_the_recorded_outputs()
    {
        var run = Recorder.InMemory(s_small with { Loss = LossKind.SoftmaxCrossEntropy, Outputs = 3 }, Backends.Managed);
        foreach (var checkpoint in run)
        {
            double[] u = checkpoint["U_S"].ReadAll(), g = new double[u.Length];
            run.Loss.Gradient(u, g);
            Assert.Equal(g, checkpoint["g"].ReadAll());
            Assert.Equal(run.Loss.Value(u), checkpoint["loss"].ReadAll()[0]);
        }
    }

    // The very first step by hand: w' = w − ηJᵀg, and the outputs there.
    [Fact]
    public void A_step_of_gradient_descent_goes_along_the_recorded_Jacobian()
    {
        var options = s_small with { DType = StorageType.Float64, Schedule = CheckpointSchedule.EveryStep, Steps = 1 };
        var run = Recorder.InMemory(options, Backends.Managed);
        var training = new TrainingRun(options, Backends.Managed);
        double[] w = training.Trainer.Parameters, J = run[0]["J_S"].ReadAll(), g = run[0]["g"].ReadAll(), u = new double[12];
        for (int k = 0; k < w.Length; k++)
            for (int r = 0; r < 12; r++) w[k] -= 0.05 * J[r * w.Length + k] * g[r];
        training.Trainer.Evaluator.Outputs(w, training.Data.X_S, u);
        var recorded = run[1]["U_S"].ReadAll();
        Check.CloseEntries(recorded, u, 5e-15, "outputs after the first step");
    }

    [Theory]
    [InlineData(1, OptimizerKind.GradientDescent, false)]
    [InlineData(3, OptimizerKind.Adam, false)]
    [InlineData(5, OptimizerKind.Sgd, false)]
    [InlineData(4, OptimizerKind.Momentum, true)]
    public void A_recording_resumed_after_a_cancellation_has_exactly_the_files_of_an_uninterrupted_one(int checkpoints, OptimizerKind optimizer, bool kernels)
    {
        var options = s_small with { Optimizer = optimizer, Batch = optimizer == OptimizerKind.Sgd ? 5 : null, Kernels = kernels, LearningRate = 0.01 };
        string whole = Path.Combine(_folder, "whole"), resumed = Path.Combine(_folder, "resumed");
        Recorder.Record(options, whole, Backends.Managed);
        using var source = new CancellationTokenSource();
        var stop = new Collected(report => { if (report.Checkpoints == checkpoints) source.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => Recorder.Record(options, resumed, Backends.Managed, progress: stop, cancellation: source.Token));
        int written = Directory.GetFiles(resumed, "checkpoint-*").Length;
        Check.Small(written, options.CheckpointSteps().Count - 1, "checkpoints written before the interruption");
        File.WriteAllText(Path.Combine(resumed, "checkpoint-000099.safetensors.part"), "cut off");
        Recorder.Record(options, resumed, Backends.Managed, ExistingRun.Resume);
        AssertSameFiles(whole, resumed);
        Recorder.Record(options, resumed, Backends.Managed, ExistingRun.Resume); // complete: nothing to do
        AssertSameFiles(whole, resumed);
    }

    // Killed after a checkpoint's file was renamed and before run.json named it, or any number of checkpoints earlier.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void A_killed_recording_is_completed_to_the_same_files(int named)
    {
        string whole = Path.Combine(_folder, "whole"), killed = Path.Combine(_folder, "killed"), manifest = Path.Combine(killed, "run.json");
        Recorder.Record(s_small, whole, Backends.Managed);
        Recorder.Record(s_small, killed, Backends.Managed);
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(manifest))!;
        var list = json["checkpoints"]!.AsArray();
        while (list.Count > named) list.RemoveAt(named);
        File.WriteAllText(manifest, json.ToJsonString());
        File.WriteAllBytes(Path.Combine(killed, $"checkpoint-{named:D6}.safetensors"), [1, 2, 3]);
        Recorder.Record(s_small, killed, Backends.Managed, ExistingRun.Resume);
        AssertSameFiles(whole, killed);
    }

    // A kill before the targets were written, or before anything but the manifest of a recording that replaces another one.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_recording_killed_before_its_first_checkpoint_is_begun_anew(bool othersFilesLeft)
    {
        string whole = Path.Combine(_folder, "whole"), killed = Path.Combine(_folder, "killed"), manifest = Path.Combine(killed, "run.json");
        Recorder.Record(s_small, whole, Backends.Managed);
        Recorder.Record(s_small with { Noise = 0.7, Checkpoints = 12 }, killed, Backends.Managed);
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(whole, "run.json")))!;
        json["checkpoints"] = new System.Text.Json.Nodes.JsonArray();
        json.AsObject().Remove("targetsSha256");
        File.WriteAllText(manifest, json.ToJsonString());
        if (!othersFilesLeft)
            foreach (string file in Directory.GetFiles(killed, "*.safetensors")) File.Delete(file);
        Recorder.Record(s_small, killed, Backends.Managed, ExistingRun.Resume);
        AssertSameFiles(whole, killed);
    }

    // A crash of the system may leave a manifest of no bytes. Without --resume such a folder may be anybody's.
    [Fact]
    public void An_empty_manifest_is_resumed_over_and_not_taken_for_a_recording_otherwise()
    {
        string whole = Path.Combine(_folder, "whole"), killed = Path.Combine(_folder, "killed");
        Recorder.Record(s_small, whole, Backends.Managed);
        Recorder.Record(s_small, killed, Backends.Managed);
        File.WriteAllText(Path.Combine(killed, "run.json"), "");
        Assert.Throws<IOException>(() => Recorder.Record(s_small, killed, Backends.Managed));
        File.WriteAllText(Path.Combine(killed, "thesis.tex"), "mine");
        Assert.Throws<IOException>(() => Recorder.Record(s_small, killed, Backends.Managed, ExistingRun.Resume));
        File.Delete(Path.Combine(killed, "thesis.tex"));
        Recorder.Record(s_small, killed, Backends.Managed, ExistingRun.Resume);
        AssertSameFiles(whole, killed);
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("{ \"metadata\": { \"options\": 3 } }", "it was not recorded from options")]
    [InlineData("{ \"metadata\": [] }", "it was not recorded from options")]
    public void A_manifest_that_is_none_cannot_be_resumed(string text, string expected)
    {
        File.WriteAllText(Path.Combine(_folder, "run.json"), text);
        var refused = Assert.Throws<InvalidRunException>(() => Recorder.Record(s_small, _folder, Backends.Managed, ExistingRun.Resume));
        Assert.Contains(expected, refused.Message);
        Assert.Equal(["run.json"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    // Opening a pipe would wait for ever; nothing is written into it and it is not removed.
    [Theory]
    [InlineData("run.json", ExistingRun.New)]
    [InlineData("run.json", ExistingRun.Resume)]
    [InlineData("run.json.part", ExistingRun.New)]
    public void A_pipe_in_the_place_of_a_file_is_refused(string name, ExistingRun mode)
    {
        if (!OperatingSystem.IsLinux()) return;
        using (var made = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_folder, name)])) made.WaitForExit();
        var refused = Assert.ThrowsAny<Exception>(() => Recorder.Record(s_small, _folder, Backends.Managed, mode));
        Assert.True(refused is IOException or InvalidRunException && refused.Message.Contains(name, StringComparison.Ordinal), refused.ToString());
        Assert.Equal([name], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_manifest_with_a_byte_order_mark_is_resumed()
    {
        string folder = Path.Combine(_folder, "run"), manifest = Path.Combine(folder, "run.json");
        Recorder.Record(s_small, folder, Backends.Managed);
        File.WriteAllText(manifest, "\uFEFF" + File.ReadAllText(manifest));
        Recorder.Record(s_small, folder, Backends.Managed, ExistingRun.Resume);
    }

    [Fact]
    public void Two_recordings_into_one_folder_are_one_recording()
    {
        string folder = Path.Combine(_folder, "run"), alone = Path.Combine(_folder, "alone");
        FolderInUseException? refused = null;
        var meddle = new Collected(report =>
        {
            foreach (var mode in Enum.GetValues<ExistingRun>())
            {
                var other = mode == ExistingRun.Resume ? s_small : s_small with { LearningRate = 0.01 };
                refused = Assert.Throws<FolderInUseException>(() => Recorder.Record(other, folder, Backends.Managed, mode));
            }
        });
        Recorder.Record(s_small, folder, Backends.Managed, progress: new Once(meddle, s_small.Checkpoints / 2));
        Assert.Equal(Environment.ProcessId, refused?.Holder?.Process);
        Recorder.Record(s_small, alone, Backends.Managed);
        AssertSameFiles(alone, folder);
    }

    [Fact]
    public void A_checkpoint_that_training_does_not_reproduce_is_noticed()
    {
        string folder = Path.Combine(_folder, "run"), manifest = Path.Combine(folder, "run.json");
        Recorder.Record(s_small with { Steps = 80 }, folder, Backends.Managed);
        string other = Path.Combine(_folder, "other");
        Recorder.Record(s_small with { Steps = 80, Seed = 5 }, other, Backends.Managed);
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(manifest))!;
        while (json["checkpoints"]!.AsArray().Count > 3) json["checkpoints"]!.AsArray().RemoveAt(3);
        json["checkpoints"]![2]!.AsObject().Remove("sha256");
        File.WriteAllText(manifest, json.ToJsonString());
        File.Copy(Path.Combine(other, "checkpoint-000002.safetensors"), Path.Combine(folder, "checkpoint-000002.safetensors"), overwrite: true);
        var error = Assert.Throws<InvalidRunException>(() => Recorder.Record(s_small with { Steps = 80 }, folder, Backends.Managed, ExistingRun.Resume));
        Assert.Contains("checkpoint-000002.safetensors: U_S: the training computed again differs", error.Message);
    }

    [Fact]
    public void Resuming_where_nothing_is_starts_a_recording()
    {
        Recorder.Record(s_small, Path.Combine(_folder, "a"), Backends.Managed);
        Recorder.Record(s_small, Path.Combine(_folder, "b"), Backends.Managed, ExistingRun.Resume);
        AssertSameFiles(Path.Combine(_folder, "a"), Path.Combine(_folder, "b"));
    }

    [Fact]
    public void Resuming_with_other_options_is_refused_naming_them()
    {
        string folder = Path.Combine(_folder, "run");
        Recorder.Record(s_small, folder, Backends.Managed);
        var error = Assert.Throws<InvalidRunException>(() =>
            Recorder.Record(s_small with { LearningRate = 0.07 }, folder, Backends.Managed, ExistingRun.Resume));
        Assert.Contains("LearningRate=0.05 instead of LearningRate=0.07", error.Message);
    }

    [Fact]
    public void Midpoints_are_Jacobians_half_a_step_on()
    {
        var options = s_small with { DType = StorageType.Float64, Schedule = CheckpointSchedule.EveryStep, Steps = 3, Midpoints = true };
        var run = Recorder.InMemory(options, Backends.Managed);
        Assert.Null(run[3].Find("J_S_mid"));
        var half = Recorder.InMemory(options with { LearningRate = 0.025, Midpoints = false }, Backends.Managed);
        foreach (string set in (string[])["J_S", "J_Q"])
            Check.CloseEntries(run[0][set + "_mid"].ReadAll(), half[1][set].ReadAll(), 5e-15, set);
    }

    [Fact]
    public void A_foreign_folder_is_refused_and_left_alone()
    {
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "mine");
        var error = Assert.Throws<IOException>(() => Recorder.Record(s_small, _folder, Backends.Managed));
        Assert.Contains("notes.txt", error.Message);
        Assert.Equal(["notes.txt"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Divergence_is_named_with_its_step()
    {
        var error = Assert.Throws<NumericalException>(() =>
            Recorder.InMemory(s_small with { Activation = ActivationKind.Relu, LearningRate = 1e6, Steps = 500 }, Backends.Managed));
        Assert.Contains("learning rate below 1000000", error.Message);
    }

    [Fact]
    public void Metadata_names_network_data_and_all_options_in_any_culture()
    {
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo("de-DE");
            Recorder.Record(s_small, Path.Combine(_folder, "run"), Backends.Managed);
        }
        finally { System.Globalization.CultureInfo.CurrentCulture = culture; }
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "run", "run.json")));
        var metadata = manifest.RootElement.GetProperty("metadata");
        Assert.Equal("64-5-1 tanh, standard", metadata.GetProperty("network").GetString());
        Assert.Equal("0.2", metadata.GetProperty("labelNoise").GetString());
        Assert.Contains("; LearningRate=0.05; ", metadata.GetProperty("options").GetString());
    }

    private static void AssertSameFiles(string expected, string actual)
    {
        string[] names = Directory.GetFiles(expected).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(names, Directory.GetFiles(actual).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        foreach (string name in names)
            Assert.True(File.ReadAllBytes(Path.Combine(expected, name)).AsSpan()
            .SequenceEqual(File.ReadAllBytes(Path.Combine(actual, name))), $"{name} differs");
    }

    private sealed class Once(IProgress<RecordingProgress> inner, int checkpoint) : IProgress<RecordingProgress>
    {
        public void Report(RecordingProgress value)
        {
            if (value.Checkpoints == checkpoint) inner.Report(value);
        }
    }

    private sealed class Collected(Action<RecordingProgress>? then = null) : IProgress<RecordingProgress>
    {
        public List<RecordingProgress> Values { get; } = [];

        public void Report(RecordingProgress value)
        {
            Values.Add(value);
            then?.Invoke(value);
        }
    }
}
