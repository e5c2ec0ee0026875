namespace KernelFlow.Networks.Tests;

public class JacobianTests
{
    public static TheoryData<string, ActivationKind, int, Parametrisation> Networks
    {
        get
        {
            var data = new TheoryData<string, ActivationKind, int, Parametrisation>();
            string[] layers = ["", "5", "7,4", "conv:3:2", "conv:2:2,conv:3:2:2", "conv:2:3:2,6"];
            foreach (string layer in layers)
                foreach (var activation in Enum.GetValues<ActivationKind>()) data.Add(layer, activation, layer.Length % 3 + 1, Parametrisation.Standard);
            data.Add("6,5", ActivationKind.Tanh, 2, Parametrisation.Ntk);
            data.Add("6,5", ActivationKind.Gelu, 2, Parametrisation.MeanField);
            data.Add("conv:3:2,4", ActivationKind.Tanh, 2, Parametrisation.MeanField);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Jacobian_agrees_with_central_differences(string layers, ActivationKind activation, int p, Parametrisation parametrisation)
    {
        const int N = 6, Inputs = 25;
        var network = FeedForwardNetwork.Create(Inputs, layers == "" ? [] : LayerSpec.ParseList(layers), activation, p, parametrisation);
        var evaluator = new NetworkEvaluator(network, Backends.Managed);
        var w = network.Initialise(11, 1.5);
        var x = Normals(N * Inputs, 3);
        var (J, u) = Jacobian(evaluator, w, x, N);

        var direct = new double[N * p];
        evaluator.Outputs(w, x, direct);
        Check.CloseEntries(u, direct, 1e-14, "outputs beside the Jacobian");

        Check.Small(CentralDifferences(evaluator, w, x, J), 5e-9, "largest difference relative to the largest element");
    }

    /// <summary>The largest difference of a Jacobian from central differences of the outputs, relative to its largest element.</summary>
    internal static double CentralDifferences(NetworkEvaluator evaluator, double[] w, double[] x, double[] J)
    {
        int rows = J.Length / w.Length;
        double error = 0;
        double[] plus = new double[rows], minus = new double[rows];
        for (int k = 0; k < w.Length; k++)
        {
            const double Step = 6e-6; // ε^(1/3)
            double kept = w[k];
            w[k] = kept + Step;
            evaluator.Outputs(w, x, plus);
            w[k] = kept - Step;
            evaluator.Outputs(w, x, minus);
            w[k] = kept;
            for (int r = 0; r < rows; r++) error = Math.Max(error, Math.Abs((plus[r] - minus[r]) / (2 * Step) - J[r * w.Length + k]));
        }
        return error / J.Max(Math.Abs);
    }

    [Fact]
    public void Blocks_of_a_large_batch_give_the_rows_of_single_examples()
    {
        const int N = 300, Inputs = 3, P = 2; // more than one block of 256 columns
        var network = FeedForwardNetwork.Create(Inputs, LayerSpec.ParseList("4"), ActivationKind.Tanh, P);
        var evaluator = new NetworkEvaluator(network, Backends.Managed);
        var w = network.Initialise(1);
        var x = Normals(N * Inputs, 5);
        var (J, u) = Jacobian(evaluator, w, x, N);
        for (int i = 0; i < N; i++)
        {
            var (single, su) = Jacobian(evaluator, w, x.AsSpan(i * Inputs, Inputs).ToArray(), 1);
            Check.CloseEntries(J.AsSpan(i * single.Length, single.Length).ToArray(), single, 1e-13, $"rows of example {i}");
            Check.CloseEntries(u.AsSpan(i * P, P).ToArray(), su, 1e-13, $"outputs of example {i}");
        }
    }

    [Theory]
    [InlineData(LossKind.Squared, "6,5", ActivationKind.Tanh)]
    [InlineData(LossKind.SoftmaxCrossEntropy, "6,5", ActivationKind.Gelu)]
    [InlineData(LossKind.Logistic, "6,5", ActivationKind.Relu)]
    [InlineData(LossKind.SoftmaxCrossEntropy, "conv:3:3,conv:4:3:2", ActivationKind.Gelu)]
    public void The_trainers_gradient_is_the_transposed_Jacobian_times_the_output_gradient(LossKind kind, string layers, ActivationKind activation)
    {
        int P = kind == LossKind.Logistic ? 1 : 3;
        var options = new RecordingOptions { Train = 20, Test = 5, Outputs = P, Loss = kind, Layers = LayerSpec.ParseList(layers),
            Activation = activation, Steps = 3, Scale = 2 };
        var run = new TrainingRun(options, Backends.Managed);
        run.Trainer.ComputeStep();
        var (J, u) = Jacobian(run.Trainer.Evaluator, run.Trainer.Parameters, run.Data.X_S, 20);
        var g = new double[20 * P];
        run.Trainer.Loss.Gradient(u, g);
        double error = 0, scale = 0;
        for (int k = 0; k < run.Network.Parameters; k++)
        {
            double sum = 0;
            for (int r = 0; r < g.Length; r++) sum += J[r * run.Network.Parameters + k] * g[r];
            error = Math.Max(error, Math.Abs(sum - run.Trainer.Gradient[k]));
            scale = Math.Max(scale, Math.Abs(sum));
        }
        Check.Small(error / scale, 1e-14, "largest difference relative to the largest element");
        Check.Close(run.Trainer.LossValue, run.Trainer.Loss.Value(u), 1e-14, "loss");
    }

    internal static double[] Normals(int count, long seed)
    {
        var random = new RandomStream(seed, RandomStream.Purpose.Inputs);
        return Enumerable.Range(0, count).Select(_ => random.NextNormal()).ToArray();
    }

    internal static (double[] J, double[] U) Jacobian(NetworkEvaluator evaluator, double[] w, double[] x, int n)
    {
        var u = new double[n * evaluator.Network.Outputs];
        var J = new double[u.Length * w.Length];
        evaluator.Jacobian(w, x, u, J);
        return (J, u);
    }
}
