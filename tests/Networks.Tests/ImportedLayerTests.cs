using System.Text.Json;
using KernelFlow.Networks.Imports;

namespace KernelFlow.Networks.Tests;

/// <summary>Every kind of layer that a map may name, against PyTorch and against central differences. Fixtures/import/write.py wrote the file.</summary>
public class ImportedLayerTests
{
    public static TheoryData<string, string> Networks => new()
    {
        { "linear", "[`linear`, {`type`: `LayerNorm`, `epsilon`: 1e-3}, `silu`, `linear`]" },
        { "activations", "[`Linear`, `Sigmoid`, `Linear`, `Softplus`, `Linear`, {`type`: `ELU`, `alpha`: 0.7}, `Linear`, {`type`: `LeakyReLU`, `slope`: 0.2}, "
            + "`Linear`, {`type`: `GELU`, `approximate`: `tanh`}, `Linear`, `GELU`, `Linear`]" },
        { "conv", "[{`type`: `conv2d`, `stride`: [2, 1], `padding`: 1, `dilation`: [1, 2]}, `tanh`, `conv2d`, `flatten`, `linear`]" },
        { "pool", "[{`type`: `Conv2d`, `padding`: 1}, `Tanh`, {`type`: `MaxPool2d`, `kernel`: 3, `stride`: 2, `padding`: 1}, "
            + "{`type`: `AvgPool2d`, `kernel`: 2, `stride`: 1, `padding`: 1}, `Flatten`, `Linear`]" },
        { "pool-inside", "[`Conv2d`, `Tanh`, {`type`: `AvgPool2d`, `kernel`: [2, 3], `stride`: 2, `padding`: [1, 1], `countPadding`: false}, "
            + "{`type`: `AdaptiveAvgPool2d`, `output`: [2, 1]}, `Flatten`, `Linear`]" },
        { "layer-norm", "[`Conv2d`, `LayerNorm`, `ReLU`, `Flatten`, `Linear`]" },
        { "group-norm", "[`Conv2d`, {`type`: `GroupNorm`, `groups`: 2}, `Tanh`, `Flatten`, `Linear`]" },
        { "batch-norm", "[`Conv2d`, `BatchNorm2d`, `Tanh`, `Flatten`, `Linear`, `BatchNorm1d`]" },
        { "unflatten", "[{`type`: `Unflatten`, `shape`: [2, 5, 4]}, `Conv2d`, `Tanh`, `Flatten`, `Linear`]" },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Outputs_and_Jacobians_are_those_of_PyTorch_and_of_central_differences(string name, string layers)
    {
        using var file = RunFormat.Default.OpenFile(Fixture("layers.npz"));
        var network = Build(file, name, layers);
        double[] x = file[$"{name}/x"].ReadAll(), w = new double[network.Network.Parameters];
        network.Load(file, name, w);
        var evaluator = new NetworkEvaluator(network.Network, Backends.Managed);
        var (J, u) = JacobianTests.Jacobian(evaluator, w, x, 2);
        Check.CloseEntries(u, file[$"{name}/u"].ReadAll(), 1e-13, "outputs beside PyTorch's");
        Check.CloseEntries(J, file[$"{name}/J"].ReadAll(), 1e-12, "Jacobian beside PyTorch's");

        Check.Small(JacobianTests.CentralDifferences(evaluator, w, x, J), 5e-9, "largest difference from central differences, relative to the largest element");

        // As factors, the columns of norms among them; and the gradient of a sum of outputs.
        var factors = RecordedFactors.Of(TensorName.J_S, network.Layers, evaluator.Factors(w, x, u), 2, 2, (n, values, shape) => new MemoryTensor(n,
            values, shape));
        Check.CloseEntries(factors.ReadAll(), J, 1e-13, "Jacobian of the factors");
        var loss = LossModel.Squared(new double[u.Length], 2);
        double[] g = new double[u.Length], gradient = new double[w.Length], expected = new double[w.Length];
        evaluator.LossGradient(w, x, loss, u, g, gradient);
        for (int r = 0; r < g.Length; r++)
            for (int k = 0; k < w.Length; k++) expected[k] += g[r] * J[r * w.Length + k];
        Check.CloseEntries(gradient, expected, 1e-13, "gradient");
    }

    // z = W a / √fan-in + b: the standard network of weights divided by the root has the same outputs.
    [Fact]
    public void In_the_NTK_parametrisation_weights_are_divided_by_the_root_of_their_inputs()
    {
        using var file = RunFormat.Default.OpenFile(Fixture("layers.npz"));
        var (plain, scaled) = (Build(file, "unflatten", Layers("unflatten")), Build(file, "unflatten", Layers("unflatten"), ", `parametrisation`: `ntk`"));
        double[] x = file["unflatten/x"].ReadAll(), w = new double[plain.Network.Parameters], u = new double[4], v = new double[4];
        scaled.Load(file, "unflatten", w);
        new NetworkEvaluator(scaled.Network, Backends.Managed).Outputs(w, x, u);
        int offset = 0;
        foreach (var parameter in scaled.Parameters)
        {
            if (parameter.Shape.Count > 1)
                for (int i = 0; i < parameter.Count; i++) w[offset + i] /= Math.Sqrt((double)parameter.Count / parameter.Shape[0]);
            offset += parameter.Count;
        }
        new NetworkEvaluator(plain.Network, Backends.Managed).Outputs(w, x, v);
        Check.CloseEntries(u, v, 1e-14, "outputs");
    }

    [Fact]
    public void Layers_that_were_not_trained_have_no_columns()
    {
        using var file = RunFormat.Default.OpenFile(Fixture("layers.npz"));
        var whole = Build(file, "linear", Layers("linear"));
        var head = Build(file, "linear",
            "[{`type`: `linear`, `trained`: false}, {`type`: `LayerNorm`, `epsilon`: 1e-3, `trained`: false}, `silu`, `linear`]");
        double[] x = file["linear/x"].ReadAll(), w = new double[whole.Network.Parameters], v = new double[head.Network.Parameters];
        whole.Load(file, "linear", w);
        head.Load(file, "linear", v);
        Assert.Equal(12, v.Length);
        var (J, u) = JacobianTests.Jacobian(new NetworkEvaluator(whole.Network, Backends.Managed), w, x, 2);
        var (H, t) = JacobianTests.Jacobian(new NetworkEvaluator(head.Network, Backends.Managed), v, x, 2);
        Assert.Equal(u, t);
        for (int r = 0; r < 4; r++) Assert.Equal(J.AsSpan((r + 1) * w.Length - 12, 12).ToArray(), H.AsSpan(r * 12, 12).ToArray());
    }

    // The network and the Jacobian of the fixture's README, from the file that TorchSharp wrote.
    [Fact]
    public void The_weights_of_a_TorchSharp_file_give_the_Jacobian_that_it_recorded()
    {
        using var file = RunFormat.Default.OpenFile(Path.Combine(AppContext.BaseDirectory, "Fixtures", "mlp.dat"));
        using var json = JsonDocument.Parse("""
            {"network": {"layers": [{"type": "linear", "name": "fc1"}, "tanh", {"type": "linear", "name": "fc2"}], "ignore": ["steps", "input_mean",
                "mask", "lookup", "empty"]}}
            """);
        var network = NetworkBuilder.Build(NetworkMap.Read(new MapObject(json.RootElement, "map.json", "", "network")), file, [4]);
        var w = new double[network.Network.Parameters];
        network.Load(file, "fixture", w);
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "jacobian.json")));
        double[] Values(string name) => [.. expected.RootElement.GetProperty("tensors").EnumerateArray().Single(t => t.GetProperty("name").GetString() == name)
            .GetProperty("values").EnumerateArray().Select(v => v.GetDouble())];
        var (J, u) = JacobianTests.Jacobian(new NetworkEvaluator(network.Network, Backends.Managed), w, Values("inputs"), 6);
        Check.CloseEntries(u, Values("outputs"), 1e-6, "outputs");
        Check.CloseEntries(J, Values("jacobian"), 1e-6, "Jacobian");
    }

    private static string Layers(string name) => (string)Networks.Single(row => (string)row[0] == name)[1];

    private static ImportedNetwork Build(ContainerFile file, string name, string layers, string more = "")
    {
        using var json = JsonDocument.Parse($"{{`network`: {{`layers`: {layers}, `prefix`: `{name}/state/`{more}}}}}".Replace('`', '"'));
        var map = NetworkMap.Read(new MapObject(json.RootElement, "map.json", "", "network"));
        return NetworkBuilder.Build(map, file, [.. file[$"{name}/x"].Shape.Skip(1)]);
    }

    internal static string Fixture(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Fixtures", "import", .. parts]);
}
