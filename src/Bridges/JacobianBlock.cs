using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>A block of columns of one (preconditioned) Jacobian, transposed: columns × rows.</summary>
internal sealed class JacobianBlock(Checkpoint checkpoint, TensorName name, int rows)
{
    private readonly TensorSource _tensor = checkpoint[name];
    private readonly TensorSource? _preconditioner = checkpoint.Find(TensorName.Sketch) is null ? checkpoint.Find(TensorName.Preconditioner) : null;
    private double[] _buffer = [];
    private double[] _root = [];

    /// <summary>Its rows.</summary>
    public int Rows => rows;

    /// <summary>ε of the type it is stored in.</summary>
    public double Epsilon => _tensor.Type.Epsilon();

    /// <summary>The type it is stored in.</summary>
    public StorageType Type => _tensor.Type;

    /// <summary>What was loaded: column r is the piece of row r.</summary>
    public MatrixView Block { get; private set; }

    /// <summary>Reads columns [first, first + count), times √M where there is a preconditioner.</summary>
    public void Load(long first, int count)
    {
        if (_buffer.Length < (long)count * rows) _buffer = new double[ArraySize.Of(count, rows)];
        Block = new MatrixView(_buffer, count, rows);
        _tensor.ReadTransposed(first, Block);
        if (_preconditioner is null) return;
        if (_root.Length != count) _root = new double[count];
        _preconditioner.Read(first, _root);
        for (int k = 0; k < count; k++) _root[k] = Math.Sqrt(_root[k]);
        for (int r = 0; r < rows; r++)
        {
            var column = Block.Column(r);
            for (int k = 0; k < count; k++) column[k] *= _root[k];
        }
    }
}
