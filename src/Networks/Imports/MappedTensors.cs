namespace KernelFlow.Networks.Imports;

/// <summary>A tensor of a file under the name and in the shape that the run format has.</summary>
internal sealed class ReshapedTensor(string name, TensorSource source, IReadOnlyList<long> shape)
    : TensorSource(name, $"{source.Location}: {source.Name}", shape, source.Type)
{
    protected override void ReadCore(long first, Span<double> destination) => source.Read(first, destination);
}

/// <summary>A tensor with its axes in another order. It is read as a whole when it is first asked for.</summary>
internal sealed class TransposedTensor(TensorSource source, int[] axes)
    : TensorSource(source.Name, source.Location, Array.ConvertAll(axes, a => source.Shape[a]), source.Type)
{
    private readonly Lazy<double[]> _values = new(() => Transpose(source, axes));

    protected override void ReadCore(long first, Span<double> destination) => _values.Value.AsSpan((int)first, destination.Length).CopyTo(destination);

    private static double[] Transpose(TensorSource source, int[] axes)
    {
        double[] from = source.ReadAll(), to = new double[from.Length];
        var strides = new long[axes.Length];
        long stride = 1;
        for (int d = axes.Length - 1; d >= 0; stride *= source.Shape[d], d--) strides[d] = stride;
        var position = new long[axes.Length];
        long at = 0;
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[at];
            for (int d = axes.Length - 1; d >= 0; d--)
            {
                at += strides[axes[d]];
                if (++position[d] < source.Shape[axes[d]]) break;
                at -= position[d] * strides[axes[d]];
                position[d] = 0;
            }
        }
        return to;
    }
}

/// <summary>Tensors of the same leading extents, joined along the last axis; read piece by piece.</summary>
internal sealed class JoinedTensor(string name, IReadOnlyList<TensorSource> parts)
    : TensorSource(name, parts[0].Location, [.. parts[0].Shape.SkipLast(1), parts.Sum(p => p.Shape[^1])], parts.MaxBy(p => p.Type.Epsilon())!.Type)
{
    protected override void ReadCore(long first, Span<double> destination)
    {
        long width = Shape[^1];
        while (destination.Length > 0)
        {
            long row = Math.DivRem(first, width, out long column), start = 0;
            foreach (var part in parts)
            {
                long own = part.Shape[^1];
                if (column < start + own)
                {
                    int count = (int)Math.Min(start + own - column, destination.Length);
                    part.Read(row * own + column - start, destination[..count]);
                    destination = destination[count..];
                    first += count;
                    break;
                }
                start += own;
            }
        }
    }
}
