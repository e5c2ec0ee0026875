namespace KernelFlow.Operators;

/// <summary>Rows of a kernel that are formed together: some of the training outputs and some of the test outputs.</summary>
/// <param name="Train">The first training output.</param>
/// <param name="TrainCount">How many.</param>
/// <param name="Test">The first test output.</param>
/// <param name="TestCount">How many.</param>
internal readonly record struct RowBlock(int Train, int TrainCount, int Test, int TestCount)
{
    /// <summary>All blocks: they depend on the sizes alone, so that every process has the same.</summary>
    /// <param name="trainSize">N.</param>
    /// <param name="testSize">M.</param>
    /// <param name="rows">Rows of a block, of each kind.</param>
    public static RowBlock[] Of(int trainSize, int testSize, int rows)
    {
        int count = Math.Max(1, (Math.Max(trainSize, testSize) - 1) / rows + 1);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int train = (int)Math.Min(trainSize, (long)i * rows), test = (int)Math.Min(testSize, (long)i * rows);
            return new RowBlock(train, Math.Min(rows, trainSize - train), test, Math.Min(rows, testSize - test));
        })];
    }
}
