using KernelFlow.Numerics;

namespace KernelFlow.Networks.Layers;

/// <summary>From channels innermost to channels outermost, the order in which PyTorch flattens an image before a dense layer; or back, for images that
/// come in PyTorch's order.</summary>
internal sealed class FlattenLayer(ImageShape shape, bool back = false) : Layer(shape.Size, shape.Size, 0)
{
    private int Outer => back ? shape.Channels : shape.Positions;

    private int Inner => back ? shape.Positions : shape.Channels;

    public override void Forward(Backend backend, double[] w, int offset, in MatrixView a, in MatrixView z, double[] extra)
    {
        for (int i = 0; i < a.Columns; i++) Transpose(a.Column(i), z.Column(i), Outer, Inner);
    }

    public override void Backward(Backend backend, double[] w, int offset, in MatrixView deltaZ, in MatrixView deltaA, int q, double[] extra, double[] scratch)
    {
        for (int r = 0; r < deltaZ.Columns; r++) Transpose(deltaZ.Column(r), deltaA.Column(r), Inner, Outer);
    }

    // Row-major rows × columns to columns × rows.
    private static void Transpose(ReadOnlySpan<double> source, Span<double> target, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) target[j * rows + i] = source[i * columns + j];
    }
}
