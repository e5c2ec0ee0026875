using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Budgets;

/// <summary>A sketched Jacobian without every G-th of its columns, the others scaled by √(G/(G − 1)): a sketch of the same J by fewer columns.</summary>
internal sealed class LeftOutColumns : TensorSource
{
    private readonly TensorSource _whole;
    private readonly int _groups, _group;
    private readonly long _columns;
    private readonly double _scale;

    /// <summary>Leaves out the columns c with c mod <paramref name="groups"/> = <paramref name="group"/>.</summary>
    public LeftOutColumns(TensorSource whole, int groups, int group) : base(whole.Name, whole.Location, whole.Shape, whole.Type)
    {
        (_whole, _groups, _group, _columns) = (whole, groups, group, whole.Shape[^1]);
        _scale = Math.Sqrt(_columns / (double)(_columns - ((_columns - 1 - group) / groups + 1)));
    }

    /// <inheritdoc/>
    protected override void ReadCore(long first, Span<double> destination)
    {
        _whole.Read(first, destination);
        LeaveOut(first % _columns, destination);
    }

    /// <inheritdoc/>
    protected override void ReadTransposedCore(long firstColumn, in MatrixView block)
    {
        _whole.ReadTransposed(firstColumn, block);
        for (int r = 0; r < block.Columns; r++) LeaveOut(firstColumn, block.Column(r));
    }

    private void LeaveOut(long column, Span<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = column % _groups == _group ? 0 : values[i] * _scale;
            if (++column == _columns) column = 0;
        }
    }
}
