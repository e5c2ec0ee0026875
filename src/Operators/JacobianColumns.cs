using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Some columns of the Jacobian of a checkpoint, J_S alone or [J_S; J_Q], to be multiplied by single vectors: expanded numbers, or factors that are
/// multiplied as they are and never expanded.</summary>
public sealed class JacobianColumns
{
    // A vector over so many parameters is 8 MB.
    private const int FactoredWidth = 1 << 20;

    private readonly int _train, _rows;
    private readonly double[] _block;
    private readonly FactorVectors? _factors;
    private FactoredJacobian? _factoredTrain, _factoredTest;
    private int _count;
    private long _first;

    /// <summary>Makes a place for columns.</summary>
    /// <param name="checkpoints">The run.</param>
    /// <param name="withTest">Whether J_Q stands below J_S.</param>
    /// <param name="width">How many columns at most.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public JacobianColumns(CheckpointSequence checkpoints, bool withTest, int width, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(backend);
        _train = checkpoints.TrainSize;
        _rows = _train + (withTest ? checkpoints.TestSize : 0);
        bool factored = IsFactored(checkpoints);
        _factors = factored ? new FactorVectors(backend) : null;
        _block = new double[factored ? 0 : ArraySize.Of(width, _rows)];
    }

    /// <summary>How many columns to take at a time.</summary>
    /// <param name="checkpoints">The run.</param>
    /// <param name="expanded">How many, where they are expanded.</param>
    public static int Width(CheckpointSequence checkpoints, int expanded)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        long parameters = checkpoints.Parameters ?? throw new InvalidOperationException("The checkpoints hold kernel blocks, not Jacobians.");
        return (int)Math.Min(parameters, IsFactored(checkpoints) ? FactoredWidth : expanded);
    }

    /// <summary>Takes columns of a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="train">J_S or J_S_mid.</param>
    /// <param name="test">J_Q or J_Q_mid; not looked at without test outputs.</param>
    /// <param name="first">The first column.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="InvalidRunException">An expanded number is NaN or infinite.</exception>
    public void Read(Checkpoint checkpoint, TensorName train, TensorName test, long first, int count)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        (_first, _count) = (first, count);
        if (_factors is not null)
        {
            _factoredTrain = (FactoredJacobian)checkpoint[train];
            _factoredTest = _rows > _train ? (FactoredJacobian)checkpoint[test] : null;
            return;
        }
        var view = new MatrixView(_block, count, _rows);
        checkpoint[train].ReadTransposed(first, view.ColumnRange(0, _train));
        if (_rows > _train) checkpoint[test].ReadTransposed(first, view.ColumnRange(_train, _rows - _train));
    }

    /// <summary>y ← J v.</summary>
    /// <param name="v">One number for every column; further ones are not looked at.</param>
    /// <param name="y">One number for every row.</param>
    public void Multiply(double[] v, double[] y)
    {
        ArgumentNullException.ThrowIfNull(v);
        ArgumentNullException.ThrowIfNull(y);
        if (_factors is null)
        {
            for (int r = 0; r < _rows; r++) y[r] = VectorRoutines.Dot(_block.AsSpan(r * _count, _count), v.AsSpan(0, _count));
            return;
        }
        Array.Clear(y);
        var vector = new MatrixView(v, _count, 1);
        _factors.Multiply(_factoredTrain!, _first, vector, 1, new MatrixView(y, _train, 1));
        if (_factoredTest is not null) _factors.Multiply(_factoredTest, _first, vector, 1, new MatrixView(y, _train, _rows - _train, 1, _rows - _train));
    }

    /// <summary>z ← z + factor·J_Sᵀ b.</summary>
    /// <param name="b">One number for every training output.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="z">One number for every column; further ones are left alone.</param>
    public void AddTransposed(double[] b, double factor, double[] z)
    {
        ArgumentNullException.ThrowIfNull(b);
        ArgumentNullException.ThrowIfNull(z);
        if (_factors is not null)
        {
            _factors.MultiplyTransposed(_factoredTrain!, _first, new MatrixView(b, _train, 1), factor, new MatrixView(z, _count, 1));
            return;
        }
        for (int i = 0; i < _train; i++) VectorRoutines.Axpy(factor * b[i], _block.AsSpan(i * _count, _count), z.AsSpan(0, _count));
    }

    /// <summary>Whether the Jacobians of a run are kept as factors.</summary>
    /// <param name="checkpoints">The run.</param>
    public static bool IsFactored(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        return checkpoints[0].Find(TensorName.J_S) is FactoredJacobian;
    }
}
