using System.Buffers;
using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The kernels of one checkpoint of a kernel-block run: each block is read into its final place and widened there, and what is recorded is checked
/// when it is first read.</summary>
internal sealed class RecordedBlocks(Checkpoint checkpoint, int trainSize, double products, ThreadBudget spare)
{
    private bool _kernelsChecked, _testChecked;

    /// <summary>[K_SS; K_QS], with the mean of both triangles of K_SS: it is symmetric to rounding, so that mean is what was meant.</summary>
    public void Kernels(in MatrixView target)
    {
        var train = target.Slice(0, 0, trainSize, trainSize);
        Symmetric(checkpoint[TensorName.K_SS], train, ref _kernelsChecked);
        checkpoint[TensorName.K_QS].ReadMatrix(target.Slice(trainSize, 0, target.Rows - trainSize, trainSize), false, spare);
    }

    /// <summary>K_QQ.</summary>
    public void Test(in MatrixView target) => Symmetric(checkpoint[TensorName.K_QQ], target, ref _testChecked);

    private void Symmetric(TensorSource tensor, in MatrixView target, ref bool isChecked)
    {
        if (isChecked) tensor.ReadMatrix(target, true, spare); // as it lies in the file: the mean of both triangles is the same
        else
        {
            tensor.ReadMatrix(target, false, spare);
            KernelBlockChecks.Symmetric(tensor, target, products);
            isChecked = true;
        }
        Folding.Mean(target, spare);
    }
}

/// <summary>The cross term of a checkpoint and the next one, from the *_next blocks of the first.</summary>
internal sealed class RecordedCrossBlocks(Checkpoint checkpoint, int trainSize, int testSize, ThreadBudget spare)
{
    private const int PieceElements = 1 << 14;

    /// <summary>J_{k+1}J_S,kᵀ + J_kJ_S,k+1ᵀ, (N+M)×N.</summary>
    public void Sum(in MatrixView target)
    {
        Folding.Sum(ReadNext(target), spare);
        AddEarlier(1, target);
    }

    /// <summary>J_{k+1}J_S,kᵀ − J_kJ_S,k+1ᵀ, (N+M)×N.</summary>
    public void Difference(in MatrixView target)
    {
        Folding.TransposeLess(ReadNext(target), spare);
        AddEarlier(-1, target);
    }

    /// <summary>The same sum of the test outputs, M×M.</summary>
    public void Test(in MatrixView target)
    {
        checkpoint[TensorName.K_QQ_next].ReadMatrix(target, true, spare);
        Folding.Sum(target, spare);
    }

    // Gives K_SS_next transposed, as it lies in the file.
    private MatrixView ReadNext(in MatrixView target)
    {
        var train = target.Slice(0, 0, trainSize, trainSize);
        checkpoint[TensorName.K_SS_next].ReadMatrix(train, true, spare);
        checkpoint[TensorName.K_QS_next].ReadMatrix(target.Slice(trainSize, 0, testSize, trainSize), false, spare);
        return train;
    }

    // K_SQ_next has the test outputs of this checkpoint and the training outputs of the next; row by row it lies there as it is needed.
    private void AddEarlier(double factor, in MatrixView target)
    {
        if (testSize == 0) return;
        var tensor = checkpoint[TensorName.K_SQ_next];
        int together = Math.Clamp(PieceElements / testSize, 1, trainSize);
        SharedColumns.Run(spare, (trainSize + together - 1) / together, (double)trainSize * testSize,
            new Earlier(tensor, factor, target.Slice(trainSize, 0, testSize, trainSize), together));
    }

    private readonly struct Earlier(TensorSource tensor, double factor, MatrixView target, int together) : IColumnWork
    {
        public void Run(int first, int last)
        {
            int height = target.Rows;
            double[] rows = ArrayPool<double>.Shared.Rent(together * height);
            try
            {
                for (int column = first * together; column < Math.Min(target.Columns, last * together); column += together)
                {
                    int count = Math.Min(together, target.Columns - column);
                    tensor.Read((long)column * height, rows.AsSpan(0, count * height));
                    for (int j = 0; j < count; j++) VectorRoutines.Axpy(factor, rows.AsSpan(j * height, height), target.Column(column + j));
                }
            }
            finally
            {
                ArrayPool<double>.Shared.Return(rows);
            }
        }
    }
}
