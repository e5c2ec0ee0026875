namespace KernelFlow.Networks.Tests;

public class DataTests
{
    [Theory]
    [InlineData(DataKind.ModularAddition, 6)]
    [InlineData(DataKind.ModularDivision, 7)]
    public void Modular_targets_are_the_results_and_all_pairs_occur_once(DataKind kind, int q)
    {
        int pairs = kind == DataKind.ModularAddition ? q * q : q * (q - 1);
        var data = TrainingData.Create(new RecordingOptions { Data = kind, Modulus = q, Train = pairs - 5, Test = 5 });
        Assert.Equal((2 * q, q), (data.InputSize, data.Outputs));
        var seen = new HashSet<(int, int)>();
        for (int i = 0; i < pairs; i++)
        {
            var x = (i < pairs - 5 ? data.X_S : data.X_Q).AsSpan((i < pairs - 5 ? i : i - pairs + 5) * 2 * q, 2 * q).ToArray();
            var y = (i < pairs - 5 ? data.Y_S : data.Y_Q).AsSpan((i < pairs - 5 ? i : i - pairs + 5) * q, q).ToArray();
            Assert.Equal((2.0, 1.0), (x.Sum(), y.Sum()));
            int a = Array.IndexOf(x, 1.0), b = Array.IndexOf(x, 1.0, q) - q, r = Array.IndexOf(y, 1.0);
            Assert.True(seen.Add((a, b)), $"({a}, {b}) occurs twice");
            if (kind == DataKind.ModularAddition) Assert.Equal((a + b) % q, r);
            else Assert.Equal(a, r * b % q);
        }
    }

    [Fact]
    public void Teacher_inputs_are_normal_and_answers_depend_on_the_input_alone()
    {
        var options = new RecordingOptions { Data = DataKind.TeacherStudent, Train = 4000, Test = 10, InputSize = 3, Outputs = 2, Seed = 9 };
        var data = TrainingData.Create(options);
        double variance = data.X_S.Average(v => v * v);
        Check.Small(Math.Abs(variance - 1), 5 * Math.Sqrt(2.0 / 12000), "deviation of the variance of the inputs from 1");
        Check.Between(data.Y_S.Average(v => v * v), 0.01, 5, "mean square of the targets");
        // Labels are the sign and the largest of the values that the same seed gives.
        var signs = TrainingData.Create(options with { Outputs = 1, Loss = LossKind.Logistic });
        var values = TrainingData.Create(options with { Outputs = 1 });
        Assert.Equal(values.X_S, signs.X_S);
        Assert.Equal(values.Y_S.Select(v => v >= 0 ? 1.0 : -1.0), signs.Y_S);
        var classes = TrainingData.Create(options with { Loss = LossKind.SoftmaxCrossEntropy });
        for (int i = 0; i < 4000; i++) Assert.Equal(data.Y_S[2 * i] >= data.Y_S[2 * i + 1] ? 1 : 0, classes.Y_S[2 * i]);
    }

    [Fact]
    public void Noise_on_values_changes_the_masked_targets_only()
    {
        var data = TrainingData.Create(new RecordingOptions { Data = DataKind.TeacherStudent, Train = 500, Test = 1, Noise = 0.4 });
        for (int i = 0; i < 500; i++) Assert.Equal(data.NoiseMask_S[i], data.Y_S[i] != data.Clean_S[i]);
        Check.Between(data.NoiseMask_S.Count(m => m), 145, 255, "masked of 500 at a probability of 0.4"); // five standard deviations
    }

    [Fact]
    public void Duplicates_repeat_inputs_and_clean_targets()
    {
        var data = TrainingData.Create(new RecordingOptions { Train = 20, Test = 5, Duplicates = 3, Copies = 4, Noise = 0.5, Seed = 6 });
        string[] rows = data.X_S.Chunk(64).Select(r => string.Join(" ", r)).ToArray();
        Assert.Equal(20 - 3 * 3, rows.Distinct().Count());
        Assert.Equal([4, 4, 4], rows.GroupBy(r => r).Select(g => g.Count()).Where(c => c > 1));
        foreach (var copies in Enumerable.Range(0, 20).GroupBy(i => rows[i])) Assert.Single(copies.Select(i => data.Clean_S[i]).Distinct());
        Assert.Contains(Enumerable.Range(0, 20).GroupBy(i => rows[i]), copies => copies.Select(i => data.Y_S[i]).Distinct().Count() > 1);
        Assert.DoesNotContain(data.X_Q.Chunk(64).Select(r => string.Join(" ", r)), r => rows.Contains(r));
    }

    // The reservoir is exact: copies have bitwise the same Jacobian rows at every checkpoint, whatever their labels.
    [Theory]
    [InlineData("7", ActivationKind.Tanh, LossKind.Squared, StorageType.Float64)]
    [InlineData("9,5", ActivationKind.Gelu, LossKind.SoftmaxCrossEntropy, StorageType.Float32)]
    [InlineData("conv:3:3", ActivationKind.Tanh, LossKind.SoftmaxCrossEntropy, StorageType.Float64)]
    public void Copies_have_identical_Jacobian_rows(string layers, ActivationKind activation, LossKind loss, StorageType type)
    {
        int p = loss == LossKind.Squared ? 1 : 3;
        var options = new RecordingOptions
        {
            Train = 21, Test = 4, Duplicates = 3, Copies = 3, Noise = 0.4, Outputs = p, Loss = loss, Layers = LayerSpec.ParseList(layers),
                Activation = activation,
            DType = type, Steps = 80, Checkpoints = 6, Seed = 3,
        };
        foreach (var checkpoint in Recorder.InMemory(options, Backends.Managed))
        {
            double[] J = checkpoint["J_S"].ReadAll();
            int row = J.Length / 21;
            for (int i = 15; i < 21; i++)
                Assert.True(J.AsSpan(i * row, row).SequenceEqual(J.AsSpan((i - 15) % 3 * row, row)), $"example {i} at step {checkpoint.Step}");
        }
    }
}
