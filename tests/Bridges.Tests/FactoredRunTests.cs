using System.Text.Json.Nodes;
using KernelFlow.Numerics;

namespace KernelFlow.Bridges.Tests;

/// <summary>Version 2 of the run format: Jacobians as factors of their layers, written, read, and refused where they are not sound.</summary>
public sealed class FactoredRunTests : IDisposable
{
    private const int n = 3, m = 2, p = 2;

    private static readonly JacobianLayer[] s_layers =
        [JacobianLayer.Dense("hidden", 4, 3, bias: true), JacobianLayer.AtPositions("conv", 2, 3, 2, bias: false), JacobianLayer.Plain("norm", 5)];

    private readonly TemporaryFolder _folder = new();
    private readonly string _run;

    public FactoredRunTests()
    {
        _run = _folder["run"];
        using var writer = RunWriter.Create(_run, new RunDescription(LossModel.Squared(new double[n * p], p), m) { Layers = s_layers });
        for (int k = 0; k < 3; k++) writer.Append(k, k, Tensors(k));
    }

    public void Dispose() => _folder.Dispose();

    private static MemoryTensor Numbers(string name, int seed, long[] shape)
    {
        var random = new Random(seed + name.Length);
        return new(name, Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)random.NextDouble()).ToArray(), shape);
    }

    private static FactoredJacobian Jacobian(TensorName name, int examples, int seed) => new(name, "memory", examples, p,
        [.. s_layers.Select(l => LayerFactors.Of(name, l, examples, p, factor => Numbers(factor, seed, Shape(factor, l, examples))))]);

    private static long[] Shape(string factor, JacobianLayer layer, int examples) => (factor[0], layer.Kind) switch
    {
        ('J', _) => [examples * p, layer.Columns],
        ('A', JacobianLayerKind.Dense) => [examples, layer.Inputs],
        ('A', _) => [examples, layer.Positions, layer.Inputs],
        (_, JacobianLayerKind.Dense) => [examples, p, layer.Outputs],
        _ => [examples, p, layer.Positions, layer.Outputs],
    };

    private static TensorSource[] Tensors(int k) =>
    [
        Numbers("U_S", k, [n, p]), Numbers("U_Q", k, [m, p]), Jacobian(TensorName.J_S, n, k), Jacobian(TensorName.J_Q, m, k),
        .. k < 2 ? new[] { Jacobian(TensorName.J_S_mid, n, k + 9), Jacobian(TensorName.J_Q_mid, m, k + 9) } : [],
    ];

    private string File1 => Path.Combine(_run, "checkpoint-000001.safetensors");

    private string Manifest => Path.Combine(_run, "run.json");

    private void Edit(Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(Manifest))!.AsObject();
        edit(json);
        File.WriteAllText(Manifest, json.ToJsonString());
    }

    private void Rewrite(params (string Name, TensorSource? Tensor)[] changes)
    {
        TensorSource[] tensors;
        using (var file = SafetensorsFile.Open(File1))
            tensors = [.. file.Entries.Keys.Where(name => changes.All(c => c.Name != name))
                .Select(name => new MemoryTensor(name, file[name].ReadAll(), [.. file[name].Shape]))];
        SafetensorsWriter.Write(File1, [.. tensors, .. changes.Select(c => c.Tensor).OfType<TensorSource>()]);
    }

    private void Refused(string message) => Assert.Equal(message, Assert.ThrowsAny<InvalidRunException>(() => RecordedRun.Open(_run)).Message);

    [Fact]
    public void FactorsAreWrittenAndReadAsTheJacobiansThatTheyMake()
    {
        var json = JsonNode.Parse(File.ReadAllText(Manifest))!;
        Assert.Equal((2, 26), ((int)json["version"]!, (int)json["parameters"]!));
        using (var file = SafetensorsFile.Open(File1))
        {
            Assert.Equal(["A_Q/conv", "A_Q/hidden", "A_Q_mid/conv"], file.Names.Order(StringComparer.Ordinal).Take(3));
            Assert.Equal([n, p, 2, 2], file["D_S/conv"].Shape);
            Assert.DoesNotContain("J_S", file.Names);
        }
        using var run = RecordedRun.Open(_run);
        Assert.Equal(s_layers, run.Manifest.Layers);
        Assert.Equal("hidden=15, conv=6, norm=5", run.Metadata["layers"]);
        for (int k = 0; k < 3; k++)
            foreach (var tensor in Tensors(k))
            {
                var found = run.Checkpoints[k][tensor.Name];
                Assert.Equal((tensor.ShapeText, tensor.Type), (found.ShapeText, found.Type));
                Assert.Equal(tensor.ReadAll(), found.ReadAll());
            }
        Assert.DoesNotContain(run.Checkpoints[0].Tensors.Keys, name => name.Contains('/'));
    }

    [Fact]
    public void WithoutLayersAFactoredJacobianIsWrittenExpandedAsVersion1()
    {
        string plain = _folder["plain"];
        using (var writer = RunWriter.Create(plain, new RunDescription(LossModel.Squared(new double[n * p], p), m)))
            for (int k = 0; k < 2; k++) writer.Append(k, k, Tensors(k));
        Assert.Equal(1, (int)JsonNode.Parse(File.ReadAllText(Path.Combine(plain, "run.json")))!["version"]!);
        using var run = RecordedRun.Open(plain);
        Assert.Equal(Tensors(1)[2].ReadAll().Select(v => (double)(float)v), run.Checkpoints[1]["J_S"].ReadAll());
    }

    [Fact]
    public void ARecordingIsContinuedWithFactors()
    {
        using (var writer = RunWriter.Resume(_run)) writer.Append(3, 3, Tensors(2));
        using var run = RecordedRun.Open(_run);
        Assert.Equal(4, run.Checkpoints.Count);
        Assert.IsType<FactoredJacobian>(run.Checkpoints[3]["J_S"]);
        using var again = RunWriter.Resume(_run);
        var e = Assert.Throws<InvalidRunException>(() => again.Append(4, 4, Numbers("U_S", 0, [n, p]), Numbers("U_Q", 0, [m, p]), Numbers("J_S", 0, [n, p, 26]),
            Numbers("J_Q", 0, [m, p, 26])));
        Assert.Contains("found Jacobians, expected factors of Jacobians as in the first checkpoint", e.Message);
    }

    [Theory]
    [InlineData("A_S/hidden", new long[] { 3, 5 }, "[3, 5], expected [3, 4]; it disagrees with inputs = 4 of layer hidden")]
    [InlineData("A_Q/hidden", new long[] { 3, 4 }, "[3, 4], expected [2, 4]; it disagrees with test = 2")]
    [InlineData("D_S/hidden", new long[] { 3, 3, 2 }, "[3, 3, 2], expected [3, 2, 3]; it disagrees with outputs = 2 and outputs = 3 of layer hidden")]
    [InlineData("D_S/hidden", new long[] { 6, 3 }, "[6, 3], expected [3, 2, 3]")]
    [InlineData("A_S/conv", new long[] { 3, 3, 3 }, "[3, 3, 3], expected [3, 2, 3]; it disagrees with positions = 2 of layer conv")]
    [InlineData("J_S/norm", new long[] { 6, 4 }, "[6, 4], expected [6, 5] or [3, 2, 5]; it disagrees with columns = 5 of layer norm")]
    [InlineData("D_Q_mid/conv", new long[] { 2, 2, 2, 1 }, "[2, 2, 2, 1], expected [2, 2, 2, 2]; it disagrees with outputs = 2 of layer conv")]
    public void AWrongShapeIsToldWithWhatItDisagreesWith(string name, long[] shape, string message)
    {
        Rewrite((name, Numbers(name, 1, shape)));
        Refused($"{File1}: {name}: found shape {message}.");
    }

    [Fact]
    public void AFactorThatIsMissingIsNamed()
    {
        Rewrite(("D_S_mid/conv", null));
        string message = Assert.Throws<InvalidRunException>(() => RecordedRun.Open(_run)).Message;
        Assert.StartsWith($"{File1}: tensor D_S_mid/conv is missing; found A_Q/conv, A_Q/hidden", message);
        File.Delete(File1);
        SafetensorsWriter.Write(File1, Numbers("U_S", 1, [n, p]), Numbers("U_Q", 1, [m, p]), Numbers("A_Q/hidden", 1, [m, 4]));
        message = Assert.Throws<InvalidRunException>(() => RecordedRun.Open(_run)).Message;
        Assert.Equal($"{File1}: tensor A_S/hidden is missing; found A_Q/hidden, U_Q, U_S.", message);
    }

    [Theory]
    [InlineData("A_S/forgotten")]
    [InlineData("D_Q_mid/forgotten")]
    [InlineData("J_S/hidden")]
    [InlineData("A_S/norm")]
    public void AFactorOfNoLayerIsToldBeforeItIsMissedInAKernel(string name)
    {
        Rewrite((name, Numbers(name, 1, [n, 4])));
        Refused($"{File1}: found {name}, a factor that no layer of run.json has, expected those of hidden, conv, norm.");
    }

    [Theory]
    [InlineData("A_S/hidden", double.NaN, "NaN at index [1, 2]", new long[] { n, 4 }, 6)]
    [InlineData("D_Q/conv", double.PositiveInfinity, "infinity at index [1, 0, 1, 1]", new long[] { m, p, 2, 2 }, 11)]
    [InlineData("J_S/norm", double.NegativeInfinity, "-infinity at index [5, 4]", new long[] { n * p, 5 }, 29)]
    public void ANumberThatIsNotFiniteIsToldWithItsFactor(string name, double number, string what, long[] shape, int at)
    {
        double[] values = Numbers(name, 1, shape).ReadAll();
        // The writer refuses such a number: another one is written and replaced.
        const double Placeholder = 12345.6789;
        values[at] = Placeholder;
        Rewrite((name, new MemoryTensor(name, values, shape)));
        byte[] bytes = File.ReadAllBytes(File1);
        BitConverter.GetBytes(number).CopyTo(bytes, bytes.AsSpan().IndexOf(BitConverter.GetBytes(Placeholder)));
        File.WriteAllBytes(File1, bytes);
        using var run = RecordedRun.Open(_run);
        string message = Assert.Throws<InvalidRunException>(() => Enumerable.ToArray(KernelBlocks.Convert(run.Checkpoints, Backend.Managed(1)))).Message;
        Assert.Equal($"{File1}: {name}: found {what}, expected finite numbers.", message);
    }

    [Fact]
    public void FactorsOfAnotherNumberOfOutputsAreTold()
    {
        Edit(json => json["outputs"] = 1);
        string message = Assert.ThrowsAny<InvalidRunException>(() => RecordedRun.Open(_run)).Message;
        Assert.Contains("found shape", message);
        Assert.Contains("disagrees with outputs = 1", message);
    }

    [Fact]
    public void FactorsOfIntegersAreRefused()
    {
        Rewrite(("A_S/hidden", StreamedTensor.Integers("A_S/hidden", new long[12])));
        Refused($"{File1}: A_S/hidden: found int64, expected floating-point numbers.");
    }

    [Fact]
    public void JacobiansAndFactorsAreNotMixedInACheckpoint()
    {
        Rewrite(("J_S", Numbers("J_S", 1, [n, p, 26])));
        Refused($"{File1}: found J_S beside A_S/hidden, expected Jacobians or the factors of every layer, not both.");
    }

    [Fact]
    public void JacobiansAndFactorsAreNotMixedInARun()
    {
        SafetensorsWriter.Write(File1, Numbers("U_S", 1, [n, p]), Numbers("U_Q", 1, [m, p]), Numbers("J_S", 1, [n, p, 26]), Numbers("J_Q", 1, [m, p, 26]));
        Refused($"{File1}: found Jacobians, expected factors of Jacobians as in the first checkpoint.");
    }

    [Fact]
    public void FactorsInARunOfVersion1AreToldWhatTheyNeed()
    {
        Edit(json =>
        {
            json["version"] = 1;
            json.Remove("layers");
        });
        Refused($"{Path.Combine(_run, "checkpoint-000000.safetensors")}: found A_Q/conv, a factor of a Jacobian, expected J_S and J_Q: "
            + "factors need \"version\": 2 and layers in run.json.");
    }

    [Fact]
    public void ASketchHasNoLayers()
    {
        Rewrite(("sketch", StreamedTensor.Integer("sketch", 26)));
        Refused($"{File1}: found sketch beside A_S/hidden: the columns of a sketch are not those of layers, expected J_S and J_Q.");
    }

    [Theory]
    [InlineData("""[]""", "layers: found [], expected an array of layers, which version 2 has.")]
    [InlineData("""{}""", "layers: found {}, expected an array of layers, which version 2 has.")]
    [InlineData("""null""", "layers is missing, expected an array of layers, which version 2 has.")]
    [InlineData("""[1]""", "layers[0]: found 1, expected an object with name, kind and sizes.")]
    [InlineData("""[{"kind": "columns", "columns": 26}]""", "layers[0].name is missing, expected a name of letters, digits, '.', '_' and '-'.")]
    [InlineData("""[{"name": "a/b", "kind": "columns", "columns": 26}]""",
        "layers[0].name: found \"a/b\", expected a name of letters, digits, '.', '_' and '-'.")]
    [InlineData("""[{"name": "a", "kind": "conv"}]""", "layers[0].kind: found \"conv\", expected dense, positions, columns.")]
    [InlineData("""[{"name": "a", "kind": "columns", "columns": 20}, {"name": "a", "kind": "columns", "columns": 6}]""",
        "layers[1].name: found \"a\", expected a name of its own for each layer.")]
    [InlineData("""[{"name": "a", "kind": "dense", "inputs": 2, "outputs": 0}]""", "layers[0].outputs: found 0, expected a positive integer.")]
    [InlineData("""[{"name": "a", "kind": "dense", "inputs": 2, "outputs": 13, "bias": 1}]""", "layers[0].bias: found 1, expected true or false.")]
    [InlineData("""[{"name": "a", "kind": "positions", "inputs": 2, "outputs": 13}]""", "layers[0].positions is missing, expected a positive integer.")]
    [InlineData("""[{"name": "a", "kind": "positions", "positions": 2000000000, "inputs": 2000000000, "outputs": 13}]""",
        "layers[0].inputs: found 2000000000, expected inputs at all positions of at most 2147483591.")]
    [InlineData("""[{"name": "a", "kind": "columns", "columns": 9223372036854775807}, {"name": "b", "kind": "columns", "columns": 1}]""",
        "layers[1]: found more parameters in all layers than can be counted, expected at most 9223372036854775807.")]
    [InlineData("""[{"name": "a", "kind": "dense", "inputs": 2, "outputs": 12}]""",
        "parameters: found 26, expected 24, the parameters of all layers together.")]
    public void LayersThatAreNotSoundAreTold(string layers, string message)
    {
        Edit(json => json["layers"] = JsonNode.Parse(layers));
        Refused($"{Manifest}: {message}");
    }

    [Fact]
    public void OtherLayersThanThoseDescribedAreNotWritten()
    {
        using var writer = RunWriter.Create(_folder["other"],
            new RunDescription(LossModel.Squared(new double[n * p], p), m) { Layers = [s_layers[2], s_layers[0]] });
        Assert.ThrowsAny<InvalidRunException>(() => writer.Append(0, 0, Tensors(0)));
    }
}
