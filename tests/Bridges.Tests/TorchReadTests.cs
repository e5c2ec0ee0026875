namespace KernelFlow.Bridges.Tests;

/// <summary>Files of torch.save and of TorchSharp, against the values that their writers put beside them.</summary>
public class TorchReadTests
{
    private static string PyTorch(string name) => Fixtures.File(Path.Combine("pytorch", name));

    private static string TorchSharp(string name) => Fixtures.File(Path.Combine("torchsharp", name));

    [Theory]
    [InlineData("state_dict.pt", "state_dict.json", 9)]
    [InlineData("state_dict_legacy.pt", "state_dict.json", 9)]
    [InlineData("checkpoint.pt", "checkpoint.json", 16)]
    [InlineData("tensors.pt", "tensors.json", 30)]
    [InlineData("single_tensor.pt", "single_tensor.json", 1)]
    [InlineData("many.pt", "many.json", 64)]
    public void EveryTensorOfPyTorch(string name, string json, int count)
    {
        using var file = RunFormat.Default.OpenFile(PyTorch(name));
        Assert.Equal(count, ExpectedArrays.Compare(file, PyTorch(json)));
        Assert.Equal(count, file.Names.Count());
    }

    [Theory]
    [InlineData("mlp.dat", "mlp.json", 9)]
    [InlineData("dtypes.dat", "dtypes.json", 26)]
    [InlineData("empty_dict.dat", null, 0)]
    public void EveryTensorOfTorchSharp(string name, string? json, int count)
    {
        using var file = RunFormat.Default.OpenFile(TorchSharp(name));
        Assert.Equal(count, file.Names.Count());
        if (json is not null) Assert.Equal(count, ExpectedArrays.Compare(file, TorchSharp(json)));
    }

    /// <summary>Files of one tensor have no name for it; TorchScript calls it 0.</summary>
    [Theory]
    [InlineData("jacobian.tensor.dat", "jacobian.json", "jacobian", "")]
    [InlineData("scalar.tensor.dat", "scalar.json", "scalar", "")]
    [InlineData("jacobian.archive.pt", "jacobian.json", "jacobian", "0")]
    public void SingleTensorsOfTorchSharp(string name, string json, string entry, string found)
    {
        using var file = RunFormat.Default.OpenFile(TorchSharp(name));
        Assert.Equal(1, ExpectedArrays.Compare(file, TorchSharp(json), n => n == entry ? found : null));
        Assert.Equal([found], file.Names);
    }

    /// <summary>The Jacobian of fc2(tanh(fc1 x)) by the saved weights is the saved one: names, orders and transposes are those that were meant.</summary>
    [Fact]
    public void TheSavedJacobianFollowsFromTheSavedWeights()
    {
        using var file = RunFormat.Default.OpenFile(TorchSharp("mlp.dat"));
        using var saved = RunFormat.Default.OpenFile(TorchSharp("jacobian.tensor.dat"));
        double[] w1 = file["fc1.weight"].ReadAll(), b1 = file["fc1.bias"].ReadAll(), w2 = file["fc2.weight"].ReadAll(), jacobian = saved[""].ReadAll();
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(TorchSharp("jacobian.json")));
        double[] x = [.. json.RootElement.GetProperty("tensors").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "inputs")
            .GetProperty("values").EnumerateArray().Select(v => v.GetDouble())];
        double worst = 0;
        for (int i = 0; i < 6; i++)
            for (int k = 0; k < 3; k++)
            {
                var row = new double[67];
                for (int h = 0; h < 8; h++)
                {
                    double a = Math.Tanh(b1[h] + Enumerable.Range(0, 4).Sum(j => w1[4 * h + j] * x[4 * i + j])), d = w2[8 * k + h] * (1 - a * a);
                    for (int j = 0; j < 4; j++) row[4 * h + j] = d * x[4 * i + j];
                    row[32 + h] = d;
                    row[40 + 8 * k + h] = a;
                }
                row[64 + k] = 1;
                for (int c = 0; c < 67; c++) worst = Math.Max(worst, Math.Abs(row[c] - jacobian[(3 * i + k) * 67 + c]));
            }
        Assert.True(worst <= 1e-6, $"largest difference {worst}");
    }

    [Fact]
    public void ComplexNumbersAreRefusedByNameOnlyWhereTheyAreAskedFor()
    {
        using var file = RunFormat.Default.OpenFile(PyTorch("tensors.pt"));
        Assert.False(file.CanRead("complex64"));
        Assert.Equal(-2.5, file["scalar"].ReadAll()[0]);
        Assert.Contains("complex64: found dtype complex64, expected F16,", Assert.Throws<InvalidRunException>(() => file["complex64"]).Message);
        Assert.Contains("float32: found infinity at index [5], expected finite numbers.",
            Assert.Throws<InvalidRunException>(() => file["float32"].ReadAll()).Message);
    }
}
