using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>Some of the examples or outputs are those parts of the whole recording, and the manifest says what is missing.</summary>
public sealed class SubsetTests
{
    private static readonly long[] s_train = [7, 2, 11], s_test = [5, 0];
    private static readonly int[] s_outputs = [2, 0];

    private static void With(JacobianRecorderOptions options, Action<RecordedRun> look)
    {
        using var folder = new RunFolder();
        using var training = new Training(p: 3);
        using var optimizer = optim.SGD(training.Model.parameters(), 0.3);
        training.Run(folder.Path, optimizer, options);
        using var run = RecordedRun.Open(folder.Path);
        look(run);
    }

    private static double[] Part(double[] J, long[] examples, int[] outputs, int columns) =>
        [.. examples.SelectMany(i => outputs.SelectMany(c => J.Skip((int)((i * 3 + c) * columns)).Take(columns)))];

    private static void Same(double[] expected, double[] found, string what)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < found.Length; i++) Check.Close(found[i], expected[i], 1e-13, $"{what} at {i}");
    }

    [TorchTheory]
    [InlineData(JacobianStore.Jacobians)]
    [InlineData(JacobianStore.Factors)]
    public void AreThePartsOfTheWhole(JacobianStore store)
    {
        var options = new JacobianRecorderOptions(CheckpointSteps.Fixed(1, 3)) { Store = store };
        int D = 3 * 8 + 8 + 8 * 3 + 3;
        With(options, all =>
        {
            double[] J_S = all.Checkpoints[1][TensorName.J_S].ReadAll(), J_Q = all.Checkpoints[1][TensorName.J_Q].ReadAll();
            double[] U_S = all.Checkpoints[1][TensorName.U_S].ReadAll();
            Assert.Empty(all.Checkpoints.Setting);
            With(options with { TrainExamples = s_train, TestExamples = s_test }, some =>
            {
                Same(Part(J_S, s_train, [0, 1, 2], D), some.Checkpoints[1][TensorName.J_S].ReadAll(), "J_S");
                Same(Part(J_Q, s_test, [0, 1, 2], D), some.Checkpoints[1][TensorName.J_Q].ReadAll(), "J_Q");
                Assert.Equal(["subset-of-training-examples"], some.Checkpoints.Setting);
                Assert.Equal("squared", some.Checkpoints.Loss.Kind);
                Same(Part(all.Checkpoints.RunTensors[TensorName.y_Q].ReadAll(), s_test, [0, 1, 2], 1),
                    some.Checkpoints.RunTensors[TensorName.y_Q].ReadAll(), "y_Q");
                Assert.Equal(Verdict.NotApplicable, Analyze.Reservoir(some.Checkpoints).Claim("C4").Verdict);
            });
            With(options with { Outputs = s_outputs }, some =>
            {
                Same(Part(J_S, [.. Enumerable.Range(0, 20).Select(i => (long)i)], s_outputs, D), some.Checkpoints[1][TensorName.J_S].ReadAll(), "J_S");
                Assert.Equal(["subset-of-outputs"], some.Checkpoints.Setting);
                // Half of the squares: g is the residual over n, B is 1/n.
                double[] g = some.Checkpoints[1][TensorName.g].ReadAll(), B = some.Checkpoints[1][TensorName.B].ReadAll();
                double[] y = all.Checkpoints.Loss.Targets.ToArray();
                for (int i = 0; i < 20; i++)
                    for (int c = 0; c < 2; c++)
                    {
                        int at = i * 3 + s_outputs[c];
                        Check.Close(g[i * 2 + c], (U_S[at] - y[at]) / 20, 1e-14, $"g of {i}, {c}");
                        for (int d = 0; d < 2; d++) Check.Close(B[(i * 2 + c) * 2 + d], c == d ? 1 / 20.0 : 0, 1e-14, $"B of {i}, {c}, {d}");
                    }
            });
        });
    }

    [TorchFact]
    public void IndicesThatAreNotThereAreRefused()
    {
        using var training = new Training(p: 3);
        using var optimizer = optim.SGD(training.Model.parameters(), 0.3);
        var options = new JacobianRecorderOptions(CheckpointSteps.Fixed(2));
        foreach (var (wrong, name) in new[]
        {
            (options with { TrainExamples = [20] }, "TrainExamples"), (options with { TestExamples = [] }, "TestExamples"),
            (options with { TestExamples = [1, 1] }, "TestExamples"), (options with { Outputs = [3] }, "Outputs"),
        })
        {
            using var folder = new RunFolder();
            Assert.StartsWith(name, Assert.Throws<ArgumentException>(() => training.Attach(folder.Path, optimizer, wrong)).Message, StringComparison.Ordinal);
        }
    }
}
