using System.Text;

namespace KernelFlow.Bridges.Tests;

public class ManifestTests
{
    private const string Sound = """
        {
          "format": "kernel-flow-run", "version": 1, "loss": "squared", "reduction": "mean",
          "train": 60, "test": 40, "outputs": 1, "parameters": 2753,
          "optimizer": { "kind": "gradient-descent", "learningRate": 0.05 },
          "targets": "targets.safetensors",
          "checkpoints": [
            { "file": "a.safetensors", "step": 0, "time": 0.0 },
            { "file": "b.safetensors", "step": 4, "time": 0.2 }
          ],
          "metadata": { "network": "θ", "seed": 3 }, "later": [1, { "x": null }]
        }
        """;

    private static RunManifest Parse(string json) => ManifestParser.Parse(Encoding.UTF8.GetBytes(json), "run.json", minimumCheckpoints: 2, RunFormat.Default);

    [Fact]
    public void ReadsTheExampleOfTheFormat()
    {
        var m = Parse(Sound);
        Assert.Equal(("squared", false, 60, 40, 1, 2753L), (m.Loss, m.IsSum, m.Train, m.Test, m.Outputs, m.Parameters));
        Assert.Equal(new GradientDescent(0.05), m.Optimizer);
        Assert.Equal("targets.safetensors", m.Targets);
        Assert.Equal([new CheckpointEntry("a.safetensors", 0, 0), new CheckpointEntry("b.safetensors", 4, 0.2)], m.Checkpoints);
        Assert.Equal("θ", m.Metadata["network"]);
        Assert.Equal("3", m.Metadata["seed"]);
    }

    [Fact]
    public void AByteOrderMarkIsNoDefect() => Assert.Equal(60, Parse("\uFEFF" + Sound).Train);

    [Theory]
    [InlineData("""{ "kind": "momentum", "learningRate": 0.1, "momentum": 0.9 }""")]
    [InlineData("""{ "kind": "adam", "learningRate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8 }""")]
    [InlineData("""{ "kind": "lbfgs", "learningRate": 0.1, "history": 10, "lineSearch": "wolfe" }""")]
    [InlineData("""{ "kind": "sgd", "learningRate": 0.1, "batchSize": 16 }""")]
    public void Optimizers(string json)
    {
        var o = Parse(Sound.Replace("""{ "kind": "gradient-descent", "learningRate": 0.05 }""", json, StringComparison.Ordinal)).Optimizer!;
        Optimizer expected = o.Kind switch
        {
            "momentum" => new Momentum(0.1, 0.9),
            "adam" => new Adam(0.1, 0.9, 0.999, 1e-8),
            "lbfgs" => new UnknownOptimizer("lbfgs", 0.1, new NamedConstant("history", 10)),
            _ => new StochasticGradientDescent(0.1, 16),
        };
        Assert.Equal(expected, o);
    }

    [Theory]
    [InlineData("""{ "kind": "gradient-descent", "learningRate": 0.1, "weightDecay": 0.01, "decoupled": false }""")]
    [InlineData("""{ "kind": "momentum", "learningRate": 0.1, "momentum": 0.9, "dampening": 0.5, "weightDecay": 0.01 }""")]
    [InlineData("""{ "kind": "adam", "learningRate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.01, "decoupled": true }""")]
    [InlineData("""{ "kind": "sgd", "learningRate": 0.1, "batchSize": 16, "weightDecay": 0.01, "decoupled": true }""")]
    [InlineData("""{ "kind": "momentum", "learningRate": 0.1, "momentum": 0.9, "nesterov": true, "weightDecay": 0, "batchSize": 3 }""")]
    public void WeightDecayNesterovAndDampening(string json)
    {
        var o = Parse(Sound.Replace("""{ "kind": "gradient-descent", "learningRate": 0.05 }""", json, StringComparison.Ordinal)).Optimizer!;
        Optimizer expected = o.Kind switch
        {
            "gradient-descent" => new GradientDescent(0.1) { WeightDecay = 0.01 },
            "adam" => new Adam(0.1, 0.9, 0.999, 1e-8) { WeightDecay = 0.01, Decoupled = true },
            "sgd" => new StochasticGradientDescent(0.1, 16) { WeightDecay = 0.01, Decoupled = true },
            _ when o.BatchSize is null => new Momentum(0.1, 0.9) { Dampening = 0.5, WeightDecay = 0.01 },
            _ => new Momentum(0.1, 0.9) { Nesterov = true, BatchSize = 3 },
        };
        Assert.Equal(expected, o);
    }

    [Theory]
    [InlineData("\"kernel-flow-run\"", "\"other\"", "format: found \"other\", expected kernel-flow-run.")]
    [InlineData("\"format\": \"kernel-flow-run\", ", "", "format is missing, expected kernel-flow-run.")]
    [InlineData("\"version\": 1", "\"version\": 3", "version: found 3, expected a version that this program understands: 1 or 2.")]
    [InlineData("\"version\": 1", "\"version\": \"1\"", "version: found \"1\", expected a version that this program understands: 1 or 2.")]
    [InlineData("\"version\": 1, ", "", "version is missing, expected 1 or 2.")]
    [InlineData("\"squared\"", "\"hinge\"", "loss: found \"hinge\", expected squared, softmax-cross-entropy, logistic, custom.")]
    [InlineData("\"loss\": \"squared\", ", "", "loss is missing, expected squared, softmax-cross-entropy, logistic, custom.")]
    [InlineData("\"mean\"", "\"max\"", "reduction: found \"max\", expected mean, sum.")]
    [InlineData("\"train\": 60", "\"train\": 0", "train: found 0, expected a positive integer.")]
    [InlineData("\"train\": 60", "\"train\": 60.5", "train: found 60.5, expected a positive integer.")]
    [InlineData("\"train\": 60", "\"train\": \"60\"", "train: found \"60\", expected a positive integer.")]
    [InlineData("\"train\": 60, ", "", "train is missing, expected a positive integer.")]
    [InlineData("\"test\": 40", "\"test\": -1", "test: found -1, expected a positive integer.")]
    [InlineData("\"test\": 40", "\"test\": 3000000000", "test: found 3000000000, expected a positive integer.")]
    [InlineData("\"outputs\": 1", "\"outputs\": null", "outputs is missing, expected a positive integer.")]
    [InlineData("\"outputs\": 1", "\"outputs\": 2000000000", "train: found 60, expected train x outputs of at most 2147483591.")]
    [InlineData("\"parameters\": 2753", "\"parameters\": 0", "parameters: found 0, expected a positive integer.")]
    [InlineData("\"gradient-descent\"", "3", "optimizer.kind: found 3, expected gradient-descent, momentum, adam, sgd, gradient-flow.")]
    [InlineData("\"gradient-descent\"", "\"\"", "optimizer.kind: found \"\", expected a name.")]
    [InlineData("\"gradient-descent\"", "\"momentum\"", "optimizer.momentum is missing, expected a number from 0 to below 1.")]
    [InlineData("\"gradient-descent\"", "\"adam\"", "optimizer.beta1 is missing, expected a number from 0 to below 1.")]
    [InlineData("\"learningRate\": 0.05", "\"learningRate\": 0.05, \"weightDecay\": -1", "optimizer.weightDecay: found -1, expected a number of at least 0.")]
    [InlineData("\"learningRate\": 0.05", "\"learningRate\": 0.05, \"decoupled\": 1", "optimizer.decoupled: found 1, expected true or false.")]
    [InlineData("\"kind\": \"gradient-descent\"", "\"kind\": \"momentum\", \"momentum\": 0, \"nesterov\": true",
        "optimizer.momentum: found 0, expected a number above 0 and below 1, which Nesterov's step needs.")]
    [InlineData("\"kind\": \"gradient-descent\"", "\"kind\": \"momentum\", \"momentum\": 0.9, \"dampening\": 0.1, \"nesterov\": true",
        "optimizer.dampening: found 0.1, expected 0 with Nesterov's step.")]
    [InlineData("\"gradient-descent\"", "\"sgd\"", "optimizer.batchSize is missing, expected a positive integer.")]
    [InlineData("\"learningRate\": 0.05", "\"learningRate\": -0.05", "optimizer.learningRate: found -0.05, expected a number of at least 0.")]
    [InlineData("\"learningRate\": 0.05", "\"learningRate\": 1e999", "optimizer.learningRate: found 1e999, expected a number of at least 0.")]
    [InlineData("{ \"kind\": \"gradient-descent\", \"learningRate\": 0.05 }", "\"sgd\"",
        "optimizer: found \"sgd\", expected an object with kind and learningRate.")]
    [InlineData("\"targets\": \"targets.safetensors\",", "", "targets is missing, expected a file name inside the run folder.")]
    [InlineData("a.safetensors", "../a.safetensors",
        "checkpoints[0].file: found \"../a.safetensors\", expected a file name inside the run folder (no absolute path, no \"..\").")]
    [InlineData("b.safetensors", "x/../../a",
        "checkpoints[1].file: found \"x/../../a\", expected a file name inside the run folder (no absolute path, no \"..\").")]
    [InlineData("b.safetensors", "/etc/passwd",
        "checkpoints[1].file: found \"/etc/passwd\", expected a file name inside the run folder (no absolute path, no \"..\").")]
    [InlineData("b.safetensors", "C:\\\\a",
        "checkpoints[1].file: found \"C:\\\\a\", expected a file name inside the run folder (no absolute path, no \"..\").")]
    [InlineData("targets.safetensors", "", "targets: found \"\", expected a file name inside the run folder (no absolute path, no \"..\").")]
    [InlineData("b.safetensors", "./a.safetensors", "checkpoints[1].file: found \"./a.safetensors\", expected a file of its own for each checkpoint.")]
    [InlineData("\"time\": 0.2", "\"time\": 0.0",
        "checkpoints[1].time: found 0.0, expected more than 0, the time of the checkpoint before it (time must increase: both are at one flow time, so the "
        + "learning rate between them was 0; leave one of them out, or give the step a rate that is too small to matter).")]
    [InlineData("\"time\": 0.0 }", "\"time\": 0.19999999999999998 }", "checkpoints[1].time: found 0.2, expected more than 0.19999999999999998, "
        + "the time of the checkpoint before it (the two times are the same to rounding; leave one of the checkpoints out).")]
    [InlineData("\"targets\"", "\"schedule\": \"cosine\", \"targets\"",
        "schedule: found \"cosine\", expected \"constant\", or an array of learning rates (numbers of at least 0).")]
    [InlineData("\"targets\"", "\"schedule\": [0.05, -1], \"targets\"",
        "schedule: found [0.05, -1], expected \"constant\", or an array of learning rates (numbers of at least 0).")]
    [InlineData("\"targets\"", "\"schedule\": [0.05, 0.05], \"targets\"",
        "schedule: found [0.05, 0.05], expected 1 rates, one per interval, or 4, one per step (there are 2).")]
    [InlineData("\"targets\"", "\"setting\": [\"dropout\", 3], \"targets\"",
        "setting: found [\"dropout\", 3], expected a text, or an array of texts that are not empty.")]
    [InlineData("\"time\": 0.2", "\"time\": -0.1",
        "checkpoints[1].time: found -0.1, expected more than 0, the time of the checkpoint before it (time must increase).")]
    [InlineData("\"time\": 0.2", "\"time\": 1e400", "checkpoints[1].time: found 1e400, expected a finite number.")]
    [InlineData("\"time\": 0.2", "\"time\": \"0.2\"", "checkpoints[1].time: found \"0.2\", expected a finite number.")]
    [InlineData(", \"time\": 0.2", "", "checkpoints[1].time is missing, expected a finite number.")]
    [InlineData("\"step\": 4", "\"step\": 0", "checkpoints[1].step: found 0, expected more than 0, the step of the checkpoint before it (step must increase).")]
    [InlineData("\"step\": 4", "\"step\": -4", "checkpoints[1].step: found -4, expected an integer of at least 0.")]
    [InlineData("\"metadata\": { \"network\": \"θ\", \"seed\": 3 }", "\"metadata\": []", "metadata: found [], expected an object of strings.")]
    public void Defects(string found, string replacement, string message)
    {
        string json = Sound.Replace(found, replacement, StringComparison.Ordinal);
        Assert.NotEqual(Sound, json);
        Assert.Equal("run.json: " + message, Assert.Throws<InvalidRunException>(() => Parse(json)).Message);
    }

    [Theory]
    [InlineData("[]", "found [], expected a JSON object.")]
    [InlineData("{\n  \"format\": oops\n}", "not valid JSON at line 2, byte 13: found 'o', which cannot stand there.")]
    [InlineData("", "not valid JSON at line 1, byte 1: there is nothing in it.")]
    [InlineData("{\"a\":1,}", "not valid JSON at line 1, byte 8: found } after a comma; no comma may follow the last value.")]
    [InlineData("{\"format\":\"kernel-flow-run\",", "not valid JSON at line 1, byte 28: the text ends too early.")]
    [InlineData("{\"train\":1,\"train\":2}", "not valid JSON: the key train stands twice.")]
    public void NotJson(string json, string message) =>
        Assert.StartsWith("run.json: " + message, Assert.Throws<InvalidRunException>(() => Parse(json)).Message);

    /// <summary>JSON has one kind of number: some writers put a fraction of zero or an exponent to every whole number.</summary>
    [Theory]
    [InlineData("\"version\": 1", "\"version\": 1.0")]
    [InlineData("\"train\": 60", "\"train\": 60.0")]
    [InlineData("\"train\": 60", "\"train\": 6e1")]
    [InlineData("\"test\": 40", "\"test\": 4.0E+01")]
    [InlineData("\"outputs\": 1", "\"outputs\": 10e-1")]
    [InlineData("\"parameters\": 2753", "\"parameters\": 2.753e+03")]
    [InlineData("\"step\": 4", "\"step\": 4.000")]
    [InlineData("\"step\": 0", "\"step\": -0.0")]
    [InlineData("\"learningRate\": 0.05 }", "\"learningRate\": 0.05, \"batchSize\": 6.0e1 }")]
    public void WholeNumbersHoweverTheyAreWritten(string found, string replacement)
    {
        string json = Sound.Replace(found, replacement, StringComparison.Ordinal);
        Assert.NotEqual(Sound, json);
        var m = Parse(json);
        Assert.Equal((60, 40, 1, 2753L, 0L, 4L), (m.Train, m.Test, m.Outputs, m.Parameters, m.Checkpoints[0].Step, m.Checkpoints[1].Step));
    }

    [Theory]
    [InlineData("1e+05", 100_000L)]
    [InlineData("4.48e+07", 44_800_000L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775807.0", long.MaxValue)]
    public void LargeWholeNumbers(string text, long value) =>
        Assert.Equal(value, Parse(Sound.Replace("2753", text, StringComparison.Ordinal)).Parameters);

    [Theory]
    [InlineData("1e300")]
    [InlineData("9223372036854775808")]
    [InlineData("2753.5")]
    [InlineData("1e-3")]
    public void NumbersThatAreNotWholeOrTooLarge(string text) => Assert.Equal($"run.json: parameters: found {text}, expected a positive integer.",
        Assert.Throws<InvalidRunException>(() => Parse(Sound.Replace("2753", text, StringComparison.Ordinal))).Message);

    [Fact]
    public void NotUtf8()
    {
        byte[] bytes = Encoding.Latin1.GetBytes(Sound.Replace("θ", "é", StringComparison.Ordinal));
        int at = Array.IndexOf(bytes, (byte)0xE9);
        var error = Assert.Throws<InvalidRunException>(() => ManifestParser.Parse(bytes, "run.json", 2, RunFormat.Default));
        Assert.Equal($"run.json: found bytes that are not UTF-8 at byte {at + 1}, expected JSON.", error.Message);
    }

    [Theory]
    [InlineData("θ", "\\uD800")]
    [InlineData("targets.safetensors", "\\uDC00")]
    public void LoneSurrogates(string found, string replacement) => Assert.StartsWith("run.json: found text that is not Unicode",
        Assert.Throws<InvalidRunException>(() => Parse(Sound.Replace(found, replacement, StringComparison.Ordinal))).Message);

    [Fact]
    public void DamagedManifestsAreReadOrRefused()
    {
        var random = new Random(3);
        byte[] sound = Encoding.UTF8.GetBytes(Sound);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = (byte[])sound.Clone();
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : sound[random.Next(sound.Length)];
            try { ManifestParser.Parse(bytes, "run.json", 2, RunFormat.Default); }
            catch (InvalidRunException) { refused++; }
        }
        Assert.InRange(refused, 1000, 1990);
    }

    [Theory]
    [InlineData("[]", 0)]
    [InlineData("""[{ "file": "a.safetensors", "step": 0, "time": 0.0 }]""", 1)]
    public void FewerThanTwoCheckpoints(string checkpoints, int count)
    {
        int begin = Sound.IndexOf("[\n", StringComparison.Ordinal), end = Sound.IndexOf("],\n", StringComparison.Ordinal);
        string json = string.Concat(Sound.AsSpan(0, begin), checkpoints, Sound.AsSpan(end + 1));
        Assert.Equal($"run.json: checkpoints: found {count} checkpoint(s), expected at least two.",
            Assert.Throws<InvalidRunException>(() => Parse(json)).Message);
    }

    [Theory]
    [InlineData("softmax-cross-entropy", 1, "outputs: found 1, expected at least 2 (loss softmax-cross-entropy; for one output use logistic).")]
    [InlineData("logistic", 3, "outputs: found 3, expected 1 (loss logistic).")]
    public void OutputsThatTheLossCannotHave(string loss, int outputs, string message)
    {
        string json = Sound.Replace("squared", loss, StringComparison.Ordinal).Replace("\"outputs\": 1", $"\"outputs\": {outputs}", StringComparison.Ordinal);
        Assert.Equal("run.json: " + message, Assert.Throws<InvalidRunException>(() => Parse(json)).Message);
    }

    private static RunManifest With(string keys) => Parse(Sound.Replace("\"targets\"", keys + ", \"targets\"", StringComparison.Ordinal));

    [Theory]
    [InlineData("\"schedule\": \"constant\"", 0.2)]
    [InlineData("\"schedule\": [0.1]", 0.4)]
    [InlineData("\"schedule\": [0.01, 0.02, 0.03, 0.04]", 0.1)]
    [InlineData("\"schedule\": [0.01, 0.02, 0.03, 0.04, 0.05]", 0.1)]
    public void AScheduleStatesTheLengthOfEveryInterval(string keys, double length) => Assert.Equal(length, Assert.Single(With(keys).Schedule!.Lengths), 15);

    [Fact]
    public void TheSettingIsOneTextOrSeveral()
    {
        Assert.Equal(["dropout"], With("\"setting\": \"dropout\"").Setting);
        Assert.Equal(["batch-norm", "dropout"], With("\"setting\": [\"batch-norm\", \"dropout\"]").Setting);
        Assert.Empty(Parse(Sound).Setting);
    }

    /// <summary>What nobody asked for in the object of the optimizer, where it changes the steps.</summary>
    [Theory]
    [InlineData("\"amsgrad\": true, \"foreach\": true, \"maximize\": false, \"l\": 0, \"note\": \"x\"", "amsgrad")]
    [InlineData("\"clip\": 0.01, \"lr\": 0.05", "clip")]
    [InlineData("\"batchSize\": 60, \"name\": \"a\"", "")]
    public void UnknownConstantsOfTheOptimizerAreKept(string keys, string expected)
    {
        var manifest = Parse(Sound.Replace("\"learningRate\"", keys + ", \"learningRate\"", StringComparison.Ordinal));
        Assert.Equal(expected, string.Join(",", manifest.UnknownConstants.Select(c => c.Key)));
    }
}
