namespace KernelFlow.Recording.Tests;

/// <summary>The table of tensor names against the page that users read, and what follows from it.</summary>
public class TensorNameTests
{
    private static readonly Dictionary<TensorNeed, string> _needs = new()
    {
        [TensorNeed.Optional] = "optional",
        [TensorNeed.Always] = "always",
        [TensorNeed.LossWithFormula] = "unless the loss is custom",
        [TensorNeed.LossWithoutFormula] = "with a custom loss",
        [TensorNeed.JacobianRun] = "with Jacobians",
        [TensorNeed.KernelRun] = "with kernel blocks",
    };

    private static string Types(TensorName name) =>
        name.Types.Count == 4 ? "float" : name.Types.Contains(StorageType.Int64) ? "int64 or int32" : "bool or uint8";

    // Rows of the tables of docs/run-format.md whose first cell is one name in backquotes, endings of file names aside.
    private static List<string[]> Rows() => [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "run-format.md"))
        .SkipWhile(line => line != "## Tensors of a checkpoint").TakeWhile(line => line != "## safetensors in one paragraph")
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && !line.StartsWith("| `.", StringComparison.Ordinal))
        .Select(line => line.Trim('|', ' ').Split(" | "))];

    [Fact]
    public void ThePageOfTheFormatShowsTheSameTable()
    {
        var rows = Rows().ToDictionary(r => r[0].Trim('`'));
        Assert.Equal(TensorName.All.Select(t => t.Name).Order(), rows.Keys.Order());
        foreach (var name in TensorName.All)
            Assert.Equal($"{name} | {name.ShapeText} | {Types(name)} | {_needs[name.Need]}", $"{name} | {string.Join(" | ", rows[name][1..4])}");
    }

    [Fact]
    public void TheTargetsStandInTheirOwnTable()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "run-format.md"));
        int targets = page.IndexOf("## Tensors of the run", StringComparison.Ordinal);
        Assert.True(targets > 0, "the page has no section \"Tensors of the run\"");
        foreach (var name in TensorName.All)
        {
            int row = page.IndexOf($"| `{name}` |", StringComparison.Ordinal);
            Assert.True(row > targets == (name.Group == TensorGroup.Targets), $"{name}: found at {row}, the section of targets begins at {targets}");
        }
    }

    [Fact]
    public void AccuracyIsBoundedByWhatPredictionsAreMadeFrom()
    {
        string[] expected =
        [
            "U_S", "U_Q", "J_S", "J_Q", "J_S_mid", "J_Q_mid", "K_SS", "K_QS", "K_SS_next", "K_QS_next", "K_SQ_next", "K_SS_mid", "K_QS_mid",
        ];
        Assert.Equal(expected, TensorName.All.Where(t => t.BoundsAccuracy).Select(t => t.Name));
    }

    [Fact]
    public void NamesAreFoundAndUnknownOnesAreNot()
    {
        foreach (var name in TensorName.All) Assert.Same(name, TensorName.Find(name.Name));
        Assert.Null(TensorName.Find("K_XX"));
        Assert.Equal("K_QS", TensorName.K_QS);
    }

    [Fact]
    public void ATensorIsAskedForByItsEntryOrByAnyName()
    {
        var checkpoint = new Checkpoint(0, 0, new MemoryTensor(TensorName.U_S, [1.0], 1, 1), new MemoryTensor("mine", [2.0]));
        Assert.Equal(1, checkpoint[TensorName.U_S].ReadAll()[0]);
        Assert.Equal(2, checkpoint["mine"].ReadAll()[0]);
        Assert.Null(checkpoint.Find(TensorName.K_QQ));
    }

    [Theory]
    [InlineData("w", 7, null, false, "[8]", "expected [7]; it disagrees with parameters = 7")]
    [InlineData("w", 7, 3L, true, "[8]", "expected [7] or [3]; it disagrees with parameters = 7")]
    [InlineData("preconditioner", 7, 3L, true, "[3]", null)]
    [InlineData("J_S", 7, 3L, true, "[2, 7]", "expected [2, 3] or [2, 1, 3]; it disagrees with sketch = 3")]
    [InlineData("J_S", 7, null, false, "[2, 9]", null)]
    [InlineData("loss", 7, null, false, "[2]", "expected [] or [1].")]
    [InlineData("batch", 7, null, false, "[2]", null)]
    [InlineData("mine", 7, null, false, "[2, 2, 2]", null)]
    public void ShapesFollowFromTheSizes(string name, long parameters, long? columns, bool sketched, string shape, string? refusal)
    {
        long[] extents = [.. shape.Trim('[', ']').Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
        var tensor = new MemoryTensor(name, new double[extents.Aggregate(1L, (a, b) => a * b)], extents);
        var shapes = new TensorShapes(2, 3, 1, columns, parameters, sketched);
        var error = Record.Exception(() => shapes.Check(tensor));
        if (refusal is null) Assert.Null(error);
        else Assert.Contains(refusal, Assert.IsType<InvalidRunException>(error).Message);
    }

    /// <summary>Where D is not known, neither is the shape of what has one entry per parameter, sketched or not.</summary>
    [Fact]
    public void UnknownSizesAllowAnyShape() => new TensorShapes(2, 3, 1, 3, null, true).Check(new MemoryTensor("w", new double[11], 11));
}
