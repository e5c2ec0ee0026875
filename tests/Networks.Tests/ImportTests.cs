using System.Text.Json.Nodes;
using KernelFlow.Bridges;

namespace KernelFlow.Networks.Tests;

/// <summary>Weights that examples/pytorch/train_and_save.py saved, imported by the maps beside it; and tensors under other names.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Of(params string[] parts) => Path.Combine([_folder, .. parts]);

    [Theory]
    [InlineData("dense", "jacobians")]
    [InlineData("dense", "factors")]
    [InlineData("conv", "auto")]
    [InlineData("conv", "kernels")]
    public void Weights_alone_become_a_run_whose_Jacobians_are_central_differences_of_a_forward_pass_written_here(string kind, string store)
    {
        var map = Map(kind);
        map["store"] = store;
        Import(ImportedLayerTests.Fixture(kind), map, Of("run"));
        using var run = RecordedRun.Open(Of("run"));
        Assert.Equal([0, 2, 5], run.Checkpoints.Select(c => c.Step));
        // nn.MSELoss of one output is twice the squared loss, so that the rate 0.01 is 0.02.
        Assert.Equal([0, 0.04, 0.1], run.Checkpoints.Select(c => c.Time));
        Assert.Equal(0.02, run.Checkpoints.Optimizer!.LearningRate);
        Assert.Equal(["clean_S", "noise_mask_S", "y_Q"], run.Checkpoints.RunTensors.Keys.Order(StringComparer.Ordinal));
        using var data = RunFormat.Default.OpenFile(ImportedLayerTests.Fixture(kind, "data.npz"));
        double[] x = data["x_test"].ReadAll();
        const int Shown = 2;
        foreach (var checkpoint in run.Checkpoints)
        {
            using var state = RunFormat.Default.OpenFile(ImportedLayerTests.Fixture(kind, FormattableString.Invariant($"weights-{checkpoint.Step}.pt")));
            var w = state.Names.ToDictionary(n => n, n => state[n].ReadAll());
            Func<double[], double> net = kind == "dense" ? one => Dense(w, one) : one => Convolutional(w, one);
            double[] Outputs() => [.. Enumerable.Range(0, Shown).Select(i => net(x[(36 * i)..(36 * (i + 1))]))];
            Check.CloseEntries(checkpoint[TensorName.U_Q].ReadAll()[..Shown], Outputs(), 1e-13, "outputs");
            if (checkpoint.Step < 5) continue;
            var columns = new List<double[]>();
            foreach (string name in state.Names)
                for (int k = 0; k < w[name].Length; k++)
                {
                    const double Step = 6e-6;
                    double kept = w[name][k];
                    w[name][k] = kept + Step;
                    double[] plus = Outputs();
                    w[name][k] = kept - Step;
                    double[] minus = Outputs();
                    w[name][k] = kept;
                    columns.Add([.. plus.Zip(minus, (a, b) => (a - b) / (2 * Step))]);
                }
            if (store == "kernels")
            {
                double[] K = [.. from i in Enumerable.Range(0, Shown) from j in Enumerable.Range(0, Shown) select columns.Sum(c => c[i] * c[j])],
                    all = checkpoint[TensorName.K_QQ].ReadAll();
                Check.CloseEntries([all[0], all[1], all[6], all[7]], K, 1e-8, "K_QQ");
                continue;
            }
            Check.CloseEntries(checkpoint[TensorName.J_Q].ReadAll()[..(Shown * columns.Count)], [.. from i in Enumerable.Range(0,
                Shown) from c in columns select c[i]], 1e-8, "J_Q");
        }
    }

    [Fact]
    public void Steps_that_are_listed_are_those_that_are_imported_and_rates_are_summed()
    {
        var map = Map("dense");
        map["steps"] = new JsonArray(0, 5);
        map["learningRates"] = new JsonArray(0.1, 0.2, 0.3, 0.4, 0.5);
        Import(ImportedLayerTests.Fixture("dense"), map, Of("run"));
        using (var run = RecordedRun.Open(Of("run"))) Assert.Equal([0, 3.0], run.Checkpoints.Select(c => c.Time)); // 2 (0.1 + … + 0.5), without rounding
        Assert.Equal("map.json: learningRates: found 4 rates, expected one for each of the 5 steps from the first step of the training on.",
            Refused(map, m => m["learningRates"] = new JsonArray(0.1, 0.2, 0.3, 0.4)));
    }

    [Fact]
    public void Tensors_of_any_names_order_and_shape_become_a_run()
    {
        double[] Values(int count, double shift) => [.. Enumerable.Range(0, count).Select(i => Math.Sin(i + shift))];
        Directory.CreateDirectory(Of("in", "jac", "00"));
        Directory.CreateDirectory(Of("in", "jac", "10"));
        foreach (int step in (int[])[0, 10])
        {
            // Outputs [p, n]; the Jacobian by layers: one transposed, one with the shape of its weights.
            SafetensorsWriter.Write(Of("in", $"ckpt-{step}.safetensors"), new MemoryTensor("out", Values(6, step), 2, 3), new MemoryTensor("test",
                Values(4, step), 2, 2));
            foreach (int layer in (int[])[1, 2])
                SafetensorsWriter.Write(Of("in", "jac", $"{step:D2}", $"fc{layer}.safetensors"), new MemoryTensor("train", Values(12 * layer, layer), 3, 2,
                    layer, 2),
                    new MemoryTensor("test", Values(8 * layer, layer), 2, 2, layer, 2));
        }
        SafetensorsWriter.Write(Of("in", "y.safetensors"), StreamedTensor.Integers("labels", [1, 0, 1]), new MemoryTensor("lr", [.. Enumerable.Repeat(0.5,
            10)], 10));
        var map = new JsonObject
        {
            ["format"] = "kernel-flow-map", ["version"] = 1, ["checkpoints"] = "ckpt-{step}.safetensors", ["loss"] = "softmax-cross-entropy",
            ["data"] = new JsonObject { ["file"] = "y.safetensors", ["y_S"] = "labels" },
            ["learningRates"] = new JsonObject { ["tensor"] = "lr" },
            ["tensors"] = JsonNode.Parse("""
                { "U_S": {"tensor": "out", "transpose": true}, "U_Q": {"tensor": "test", "transpose": [1, 0]},
                  "J_S": {"file": "jac/{step}/{layer}.safetensors", "tensor": "train", "layers": ["fc1", "fc2"], "reshape": [3, 2, -1]},
                  "J_Q": {"file": "jac/{step}/{layer}.safetensors", "tensor": "test", "layers": ["fc1", "fc2"], "reshape": [2, 2, -1]} }
                """),
        };
        Import(Of("in"), map, Of("run"));
        using var run = RecordedRun.Open(Of("run"));
        Assert.Equal([0, 5.0], run.Checkpoints.Select(c => c.Time));
        Assert.Equal([0, 1.0, 1, 0, 0, 1], run.Checkpoints.Loss.Targets.ToArray());
        double[] u = Values(6, 10), a = Values(12, 1), b = Values(24, 2);
        Assert.Equal([u[0], u[3], u[1], u[4], u[2], u[5]], run.Checkpoints[1]["U_S"].ReadAll());
        double[] expected = [.. Enumerable.Range(0, 6).SelectMany(r => (double[])[.. a[(2 * r)..(2 * r + 2)], .. b[(4 * r)..(4 * r + 4)]])];
        Assert.Equal(expected, run.Checkpoints[1]["J_S"].ReadAll());

        File.Delete(Of("in", "jac", "10", "fc2.safetensors"));
        Assert.Equal($"{Of("in")}: checkpoint of step 10: J_S: no file matches jac/{{step}}/fc2.safetensors with step 10; found steps 0.", Refused(map,
            _ => { }, Of("in")));
    }

    // Adam's M is that of the step that leaves the checkpoint: the next v̂ from the saved one and the gradient.
    [Fact]
    public void Adams_preconditioner_follows_from_the_saved_squares()
    {
        double[] x = [0.5, -1, 2, 1.5], y = [1, -1], v = [0.01, 0.02, 0.03], w = [0.3, -0.2, 0.1];
        Directory.CreateDirectory(Of("in"));
        SafetensorsWriter.Write(Of("in", "data.safetensors"), new MemoryTensor("x", x, 2, 2), new MemoryTensor("y", y, 2, 1));
        foreach (int step in (int[])[3, 4])
            SafetensorsWriter.Write(Of("in", $"{step}.safetensors"), new MemoryTensor("m.0.weight", [w[0] + step, w[1]], 1, 2),
                new MemoryTensor("m.0.bias", [w[2]], 1),
                new MemoryTensor("o.0.v", [v[0], v[1]], 1, 2), new MemoryTensor("o.1.v", [v[2]], 1));
        var map = (JsonObject)JsonNode.Parse("""
            { "format": "kernel-flow-map", "version": 1, "checkpoints": "{step}.safetensors", "loss": "squared", "lossFactor": 3,
              "network": { "layers": ["linear"], "prefix": "m.", "secondMoments": "o.{index}.v" },
              "data": { "file": "data.safetensors", "x_S": "x", "x_Q": "x", "y_S": "y" },
              "optimizer": { "kind": "adam", "learningRate": 0.1, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weightDecay": 0.5 } }
            """)!;
        Import(Of("in"), map, Of("run"));
        using var run = RecordedRun.Open(Of("run"));
        Assert.Equal(0.5 / 3, run.Checkpoints.Optimizer!.WeightDecay);
        double first = w[0] + 3, r0 = first * x[0] + w[1] * x[1] + w[2] - y[0], r1 = first * x[2] + w[1] * x[3] + w[2] - y[1];
        double[] g = [3 * (r0 * x[0] + r1 * x[2]) / 2 + 0.5 * first, 3 * (r0 * x[1] + r1 * x[3]) / 2 + 0.5 * w[1], 3 * (r0 + r1) / 2 + 0.5 * w[2]];
        double[] M = [.. g.Zip(v, (a, b) => 1 / (Math.Sqrt((0.99 * b + 0.01 * a * a) / (1 - Math.Pow(0.99, 4))) + 1e-8))];
        Check.CloseEntries(run.Checkpoints[0]["preconditioner"].ReadAll(), M, 1e-14, "M");
        Check.CloseEntries(run.Checkpoints[0]["w"].ReadAll(), [first, w[1], w[2]], 0, "w");
    }

    [Fact]
    public void A_run_appears_as_a_whole_or_not_at_all()
    {
        Copy("dense", Of("in"));
        var map = Map("dense");
        Import(Of("in"), map, Of("run"));
        string before = File.ReadAllText(Of("run", "run.json"));
        using (var state = RunFormat.Default.OpenFile(Of("in", "weights-5.pt")))
            SafetensorsWriter.Write(Of("in", "weights-7.safetensors"), [.. state.Names.OrderBy(n => n == "3.bias").Select(n => state[n])]);
        using (var file = File.OpenWrite(Of("in", "weights-7.safetensors")))
        {
            file.Seek(-8, SeekOrigin.End);
            file.Write(BitConverter.GetBytes(double.NaN));
        }
        map["checkpoints"] = "weights-{step}.*";
        string message = Refused(map, _ => { }, Of("in"), write: true);
        Assert.Equal($"{Of("in", "weights-7.safetensors")}: 3.bias: found NaN at index [15], expected finite numbers.", message);
        Assert.Equal(before, File.ReadAllText(Of("run", "run.json")));
        Assert.Equal(["in", "map.json", "run"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        // What others put there is not replaced.
        File.WriteAllText(Of("run", "notes.txt"), "mine");
        Assert.Contains("holds notes.txt", Assert.Throws<IOException>(() => Import(Of("in"), Map("dense"), Of("run"))).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Defects => new()
    {
        { "network.layers[1]", "\"Linaer\"", "map.json: network.layers[1]: found the layer Linaer, which this tool does not know (did you mean Linear?), "
            + "expected one of Linear, Conv2d, *" },
        { "network.layers[2]", """{"type": "MultiheadAttention"}""",
            "map.json: network.layers[2].type: found the layer MultiheadAttention, which this tool does not know, expected *" },
        { "network.layers[1]", """{"type": "Linear", "strid": 1}""", "map.json: network.layers[1].strid: unknown key; expected type, name, trained." },
        { "network.layers[1]", """{"type": "Linear", "name": "7"}""",
            "*weights-0.pt: tensor 7.weight is missing, which map.json: network.layers[1] (Linear) takes; found 1.bias, 1.weight, *" },
        { "network.layers", """["Flatten", "Linear"]""", "*weights-0.pt: found 3.bias, 3.weight, 5.bias, 5.weight, which no layer of the map takes; *" },
        { "network.layers", """["Linear"]""", "*weights-0.pt: tensor 0.weight is missing, which map.json: network.layers[0] (Linear) takes; *" },
        { "network.layers[0]", """{"type": "AdaptiveAvgPool2d", "output": 65536}""",
            "map.json: network.layers[0]: An image of 1 x 65536 x 65536 values is larger than the 16777216 that are allowed." },
        { "network.layers[0]", """{"type": "MaxPool2d", "kernel": 2, "padding": 2}""",
            "map.json: network.layers[0].padding: found 2, expected at most half of kernel." },
        { "network.layers[0]", """{"type": "MaxPool2d", "kernel": 9}""", "map.json: network.layers[0]: A 9x9 convolution does not fit into an image of 6x6." },
        { "network.prefix", "\"model.\"", "*weights-0.pt: tensor model.1.weight is missing, *" },
        { "learningRate", "0.1", "map.json: learningRate: unknown key; did you mean learningRates?" },
        { "optimizer.momentun", "0.9", "map.json: optimizer.momentun: unknown key; did you mean momentum?" },
        { "optimizer.momentum", "0.9", "map.json: optimizer.momentum: found 0.9, expected no such key with gradient-descent." },
        { "optimizer.kind", "\"lion\"", "map.json: optimizer.kind: found \"lion\", expected gradient-descent, *" },
        { "checkpoints", "\"../weights-{step}.pt\"",
            "map.json: checkpoints: found ../weights-{step}.pt, expected a file name inside the folder (no absolute path, no \"..\", / between folders)." },
        { "checkpoints", "\"/etc/{step}\"", "map.json: checkpoints: found /etc/{step}, expected *" },
        { "checkpoints", "\"weights-{epoch}.pt\"", "map.json: checkpoints: found {epoch} in weights-{epoch}.pt, expected {step} or {layer}." },
        { "checkpoints", "\"weights-*{step}.pt\"", "map.json: checkpoints: found weights-*{step}.pt, expected no * beside {step}: *" },
        { "checkpoints", "\"w-{step}.pt\"", "*dense: found 0 files that match w-{step}.pt, expected at least two checkpoints." },
        { "data.file", "\"..\\\\data.npz\"", "map.json: data.file: found *, expected a file name inside the folder *" },
        { "data.x_S", "\"x\"", "*data.npz: x_S: tensor x is missing; found clean, noisy, x_test, x_train, y_test, y_train." },
        { "data.y_S", "\"y_test\"", "*data.npz: y_test: y_S: found shape [6, 1], expected 14 training examples." },
        { "data.noise_mask_S", "\"clean\"", "*data.npz: clean: noise_mask_S: found shape [14, 1] or other numbers, expected 0 or 1 for every training "
            + "example." },
        { "steps", "[0, 2, 4]", "*dense: no file matches weights-{step}.pt with steps 4, which the map lists under steps; found steps 0, 2, 5." },
        { "steps", "[2, 0]", "map.json: steps: found [2,0], expected numbers that increase." },
        { "times", "[0, 1, 1]", "map.json: the checkpoint of step 5 has flow time 2, expected more than 2, *" },
        { "loss", "\"logistic\"", "" },
        { "loss", "\"custom\"", "map.json: loss: found \"custom\", expected a loss with a formula: weights have no g and B." },
        { "version", "2", "map.json: version: found 2, expected 1." },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void What_is_wrong_with_a_map_is_one_error_that_names_it(string key, string value, string expected)
    {
        string? message = null;
        try
        {
            message = Refused(Map("dense"), map => Set(map, key, value));
        }
        catch (Xunit.Sdk.ThrowsException) when (expected == "")
        {
        }
        if (expected == "") Assert.Null(message); // Targets of -1 and 1 are right for it.
        else Assert.Matches("^" + System.Text.RegularExpressions.Regex.Escape(expected).Replace("\\*", ".*", StringComparison.Ordinal) + "$",
            message!.Replace(_folder + "/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_files_of_one_step_are_refused()
    {
        Copy("dense", Of("in"));
        File.Copy(Of("in", "weights-2.pt"), Of("in", "weights-02.pt"));
        Assert.EndsWith("weights-{step}.pt: found weights-02.pt and weights-2.pt for step 2, expected one file.", Refused(Map("dense"), _ => { },
            Of("in")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_in_the_middle_that_lacks_a_tensor_is_named_before_anything_is_written()
    {
        Copy("dense", Of("in"));
        using (var state = RunFormat.Default.OpenFile(Of("in", "weights-2.pt")))
            SafetensorsWriter.Write(Of("in", "weights-3.safetensors"), [.. state.Names.Where(n => n != "3.weight").Select(n => state[n])]);
        File.Delete(Of("in", "weights-2.pt"));
        Assert.Equal($"{Of("in", "weights-3.safetensors")}: checkpoint of step 3: tensor 3.weight is missing; found 1.bias, 1.weight, 3.bias, 5.bias, "
            + "5.weight.",
            Refused(Map("dense"), map => map["checkpoints"] = "weights-{step}.*", Of("in")));
    }

    // Weights that did not move, and weights that are used twice, would be wrong without a word.
    [Fact]
    public void Layers_that_did_not_move_and_weights_that_are_the_same_are_asked_about()
    {
        Directory.CreateDirectory(Of("in"));
        SafetensorsWriter.Write(Of("in", "data.safetensors"), new MemoryTensor("x", [1.0, 2, 3, 4], 2, 2), new MemoryTensor("y", [1.0, -1, 0, 1], 2, 2));
        foreach (int step in (int[])[0, 1])
            SafetensorsWriter.Write(Of("in", $"{step}.safetensors"), new MemoryTensor("a.weight", [1.0, step, 2, 3], 2, 2), new MemoryTensor("b.weight",
                [1.0, 0, 2, 3], 2, 2),
                new MemoryTensor("c.weight", [1.0, step, 2, 3], 2, 2));
        var map = (JsonObject)JsonNode.Parse("""
            { "format": "kernel-flow-map", "version": 1, "checkpoints": "{step}.safetensors", "loss": "squared", "learningRates": 0.1,
              "network": { "layers": [{"type": "linear", "name": "a"}, {"type": "linear", "name": "b"}, {"type": "linear", "name": "c"}] },
              "data": { "file": "data.safetensors", "x_S": "x", "x_Q": "x", "y_S": "y" } }
            """)!;
        Assert.Contains("b.weight: found the numbers of the first checkpoint; expected \"trained\": false on the layer", Refused(map, _ => { }, Of("in")),
            StringComparison.Ordinal);
        map["network"]!["layers"]![1]!["trained"] = false;
        Assert.Contains("a.weight and c.weight have the same numbers", Refused(map, _ => { }, Of("in")), StringComparison.Ordinal);
        map["network"]!["layers"]![2]!["trained"] = true;
        Import(Of("in"), map, Of("run"));
        using var run = RecordedRun.Open(Of("run"));
        Assert.Equal(8, run.Checkpoints.Parameters);
    }

    [Theory]
    [InlineData("{", "not valid JSON*the text ends too early.")]
    [InlineData("[1]", "found [1], expected a JSON object.")]
    [InlineData("""{"format": "x"}""", "format: found \"x\", expected kernel-flow-map.")]
    [InlineData("""{"loss": 1, "loss": 2}""", "not valid JSON: the key loss stands twice.")]
    [InlineData("""{"format": "\ud800"}""", "found text that is not Unicode, expected JSON.")]
    public void What_is_no_map_is_refused(string text, string expected)
    {
        File.WriteAllText(Of("map.json"), text);
        string message = Assert.Throws<InvalidRunException>(() => RunImport.Open(_folder, Of("map.json"))).Message;
        Assert.Matches(System.Text.RegularExpressions.Regex.Escape($"{Of("map.json")}: {expected}").Replace("\\*", ".*", StringComparison.Ordinal), message);
    }

    [Fact]
    public void A_map_that_is_nested_deeply_is_refused()
    {
        File.WriteAllText(Of("map.json"), new string('[', 100_000));
        Assert.Contains("it is nested too deeply", Assert.Throws<InvalidRunException>(() => RunImport.Open(_folder, Of("map.json"))).Message,
            StringComparison.Ordinal);
    }

    private static double Dense(Dictionary<string, double[]> w, double[] x)
    {
        double[] a = x;
        foreach (string layer in (string[])["1", "3", "5"])
        {
            double[] b = w[layer + ".bias"], W = w[layer + ".weight"], from = a;
            a = [.. b.Select((bias, o) => from.Select((v, i) => v * W[o * from.Length + i]).Sum() + bias).Select(z => layer == "5" ? z : Math.Tanh(z))];
        }
        return a[0];
    }

    // Conv 1→4 (3×3), tanh, conv 4→4 (3×3, stride 2, padding 1), GELU, mean of 2×2, linear; channels outermost as PyTorch has them.
    private static double Convolutional(Dictionary<string, double[]> w, double[] x)
    {
        double[] a = Convolve(x, 1, 6, w["0.weight"], w["0.bias"], 1, 0), b = Convolve([.. a.Select(Math.Tanh)], 4, 4, w["2.weight"], w["2.bias"], 2, 1);
        double z = w["6.bias"][0];
        for (int c = 0; c < 4; c++) z += w["6.weight"][c] * b.Skip(4 * c).Take(4).Average(v => v * Cumulative(v));
        return z;
    }

    private static double[] Convolve(double[] x, int channels, int side, double[] w, double[] bias, int stride, int padding)
    {
        int outer = (side + 2 * padding - 3) / stride + 1;
        return [.. from o in Enumerable.Range(0, bias.Length) from y in Enumerable.Range(0, outer) from z in Enumerable.Range(0, outer)
                   select bias[o] + (from c in Enumerable.Range(0, channels) from dy in Enumerable.Range(0, 3) from dx in Enumerable.Range(0, 3)
                                     let row = y * stride + dy - padding let column = z * stride + dx - padding
                                     where row >= 0 && row < side && column >= 0 && column < side
                                     select x[(c * side + row) * side + column] * w[((o * channels + c) * 3 + dy) * 3 + dx]).Sum()];
    }

    // The normal distribution function by its series, which converges for the small arguments here.
    private static double Cumulative(double a)
    {
        double sum = 0, term = a;
        for (int k = 0; k < 60; k++)
        {
            sum += term / (2 * k + 1);
            term *= -a * a / (2 * (k + 1));
        }
        return 0.5 + sum / Math.Sqrt(2 * Math.PI);
    }

    private static JsonObject Map(string kind)
    {
        string name = Path.Combine(SourceTree.Root, "examples", "pytorch", kind == "dense" ? "weights.json" : "weights-conv.json");
        return (JsonObject)JsonNode.Parse(File.ReadAllText(name))!;
    }

    private void Import(string folder, JsonObject map, string output)
    {
        File.WriteAllText(Of("map.json"), map.ToJsonString());
        using var import = RunImport.Open(folder, Of("map.json"));
        import.Write(output, Backends.Managed);
    }

    private string Refused(JsonObject map, Action<JsonObject> change, string? folder = null, bool write = false)
    {
        change(map);
        File.WriteAllText(Of("map.json"), map.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        return Assert.Throws<InvalidRunException>(() =>
        {
            using var import = RunImport.Open(folder ?? ImportedLayerTests.Fixture("dense"), Of("map.json"));
            if (write) import.Write(Of("run"), Backends.Managed);
        }).Message.Replace(Of("map.json"), "map.json", StringComparison.Ordinal);
    }

    private static void Set(JsonObject map, string key, string value)
    {
        JsonNode at = map;
        string[] parts = key.Replace("[", ".#", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');
        foreach (string part in parts[..^1]) at = part[0] == '#' ? at[int.Parse(part[1..])]! : at[part]!;
        if (parts[^1][0] == '#') at[int.Parse(parts[^1][1..])] = JsonNode.Parse(value);
        else at[parts[^1]] = JsonNode.Parse(value);
    }

    private static void Copy(string kind, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(ImportedLayerTests.Fixture(kind))) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }
}
