using System.Text.Json;

namespace KernelFlow.Networks.Tests;

public class TorchSharpFixtureTests
{
    // A 4-8-3 tanh network trained and differentiated by TorchSharp in float32; the fixture's README says how.
    [Fact]
    public void Outputs_and_Jacobian_are_those_of_TorchSharp_to_float32()
    {
        var weights = Load("mlp.json");
        var expected = Load("jacobian.json");
        double[] w = [.. weights["fc1.weight"], .. weights["fc1.bias"], .. weights["fc2.weight"], .. weights["fc2.bias"]];
        var network = FeedForwardNetwork.Create(4, [LayerSpec.Dense(8)], ActivationKind.Tanh, 3);
        Assert.Equal(67, network.Parameters);
        var (J, u) = JacobianTests.Jacobian(new NetworkEvaluator(network, Backends.Managed), w, expected["inputs"], 6);
        Check.CloseEntries(u, expected["outputs"], 1e-6, "outputs");
        Check.CloseEntries(J, expected["jacobian"], 1e-6, "Jacobian");
    }

    private static Dictionary<string, double[]> Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", file)));
        return document.RootElement.GetProperty("tensors").EnumerateArray()
            .Where(t => t.GetProperty("dtype").GetString() is "float32")
            .ToDictionary(t => t.GetProperty("name").GetString()!, t => t.GetProperty("values").EnumerateArray().Select(v => v.GetDouble()).ToArray());
    }
}
