using KernelFlow;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;

/// <summary>Recorded kernel blocks whose K_QS is altered at every checkpoint and whose K_QQ is left as it was.</summary>
internal static class AlteredKernels
{
    /// <summary>What is done to K_QS of one run.</summary>
    public static IReadOnlyDictionary<string, Func<Matrix<double>, int, Matrix<double>>> Of { get; } =
        new Dictionary<string, Func<Matrix<double>, int, Matrix<double>>>
        {
            ["nothing"] = (k, _) => k,
            ["K_QS × 1.02"] = (k, _) => 1.02 * k,
            ["K_QS × 1.05"] = (k, _) => 1.05 * k,
            ["noise of 1 % of ‖K_QS‖_F"] = (k, checkpoint) =>
            {
                var noise = Noise(k, checkpoint);
                return k + 0.01 * k.FrobeniusNorm() / noise.FrobeniusNorm() * noise;
            },
            ["rows shuffled"] = (k, _) =>
            {
                int[] order = [.. Enumerable.Range(0, k.RowCount)];
                new Random(3).Shuffle(order);
                return Matrix<double>.Build.DenseOfRows(order.Select(i => k.Row(i)));
            },
        };

    /// <summary>The blocks of a run without its cross blocks; formed from its Jacobians where it holds those.</summary>
    public static CheckpointSequence Blocks(CheckpointSequence run)
    {
        var blocks = run.HasJacobians ? KernelBlocks.Convert(run, Backend.Resolve("auto")) : run;
        return new CheckpointSequence(blocks.Select(c => c with { Tensors = c.Tensors.Where(t => t.Key is not "K_SS_next" and not "K_QS_next"
            and not "K_SQ_next" and not "K_QQ_next").ToDictionary() }), run.Loss);
    }

    /// <summary>The same blocks with another K_QS, in the type of the old one.</summary>
    public static CheckpointSequence With(CheckpointSequence run, Func<Matrix<double>, int, Matrix<double>> alter) =>
        new(run.Select((c, k) =>
            c with { Tensors = c.Tensors.ToDictionary(t => t.Key, t => t.Key == "K_QS" ? Altered(t.Value, run.TrainSize, alter, k) : t.Value) }),
            run.Loss);

    /// <summary>K_QS of one checkpoint as a matrix.</summary>
    public static Matrix<double> Read(TensorSource tensor, int columns)
    {
        double[] values = tensor.ReadAll();
        return Matrix<double>.Build.DenseOfRowMajor(values.Length / columns, columns, values);
    }

    private static TensorSource Altered(TensorSource tensor, int columns, Func<Matrix<double>, int, Matrix<double>> alter, int checkpoint)
    {
        var k = alter(Read(tensor, columns), checkpoint);
        return tensor.Type == StorageType.Float64 ? MemoryTensor.FromMatrix("K_QS", k)
            : new MemoryTensor("K_QS", Array.ConvertAll(k.ToRowMajorArray(), v => (float)v), k.RowCount, k.ColumnCount);
    }

    private static Matrix<double> Noise(Matrix<double> like, int checkpoint)
    {
        var random = new Random(100 + checkpoint);
        return Matrix<double>.Build.Dense(like.RowCount, like.ColumnCount, (_, _) =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }
}
