using System.Text.Json;

namespace KernelFlow.Networks.Tests;

/// <summary>Against PyTorch on the same weights; benchmarks/peers/jacobian_fixture.py made the values.</summary>
public class PyTorchFixtureTests
{
    private static readonly JsonElement s_fixture =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pytorch.json"))).RootElement;

    private static int InputSize => s_fixture.GetProperty("side").GetInt32() * s_fixture.GetProperty("side").GetInt32();

    public static TheoryData<int, string> Networks => Cases("networks", "layers");

    public static TheoryData<int, string> Optimizers => Cases("optimizers", "optimizer");

    [Theory]
    [MemberData(nameof(Networks))]
    public void Outputs_Jacobian_loss_and_gradient_are_those_of_PyTorch(int index, string layers)
    {
        var expected = s_fixture.GetProperty("networks")[index];
        int p = expected.GetProperty("outputs").GetInt32(), n = s_fixture.GetProperty("examples").GetInt32();
        var network = FeedForwardNetwork.Create(InputSize, LayerSpec.ParseList(layers),
            OptionName.Parse<ActivationKind>(expected.GetProperty("activation").GetString()!), p);
        double[] w = Values(expected, "w"), x = Values(expected, "x");
        Assert.Equal(w.Length, network.Parameters);
        var evaluator = new NetworkEvaluator(network, Backends.Managed);
        var (J, u) = JacobianTests.Jacobian(evaluator, w, x, n);
        Check.CloseEntries(u, Values(expected, "u"), 2e-14, "outputs");
        Check.CloseEntries(J, Values(expected, "jacobian"), 2e-14, "Jacobian");

        var loss = Trainer.CreateLoss(OptionName.Parse<LossKind>(expected.GetProperty("loss").GetString()!), Values(expected, "y"), p);
        double[] gradient = new double[w.Length];
        double value = evaluator.LossGradient(w, x, loss, u, new double[n * p], gradient);
        Check.Close(value, expected.GetProperty("value").GetDouble(), 2e-14, "loss");
        Check.CloseEntries(gradient, Values(expected, "gradient"), 2e-14, "gradient");
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Weights_after_some_steps_are_those_of_PyTorch(int index, string name)
    {
        var expected = s_fixture.GetProperty("optimizers")[index];
        double[] x = Values(expected, "x"), y = Values(expected, "y");
        int n = x.Length / InputSize, p = y.Length / n;
        var options = new RecordingOptions { Layers = LayerSpec.ParseList(expected.GetProperty("layers").GetString()!),
            Optimizer = OptionName.Parse<OptimizerKind>(name) };
        options = name switch
        {
            "gradient-descent" => options with { LearningRate = 0.1 },
            "momentum" => options with { LearningRate = 0.03, Momentum = 0.8 },
            _ => options with { LearningRate = 0.01, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-6 },
        };
        var trainer = new Trainer(options, new TrainingData(InputSize, p, x, x, y, y, y, new bool[n]),
            FeedForwardNetwork.Create(InputSize, options.Layers, ActivationKind.Tanh, p), Backends.Managed);
        Values(expected, "start").CopyTo(trainer.Parameters, 0);
        for (int k = 0; k < expected.GetProperty("steps").GetInt32(); k++)
        {
            trainer.ComputeStep();
            trainer.TakeStep();
        }
        Check.CloseEntries(trainer.Parameters, Values(expected, "end"), 2e-14, name);
    }

    private static TheoryData<int, string> Cases(string list, string label)
    {
        var data = new TheoryData<int, string>();
        foreach (var (element, index) in s_fixture.GetProperty(list).EnumerateArray().Select((e, i) => (e, i)))
            data.Add(index, element.GetProperty(label).GetString()!);
        return data;
    }

    private static double[] Values(JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(v => v.GetDouble()).ToArray();
}
