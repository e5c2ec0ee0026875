using KernelFlow.Numerics;

namespace KernelFlow.Networks.Layers;

/// <summary>2-D convolution (cross-correlation, as in PyTorch) with stride, padding by zeros and dilation: z[o, l] =
/// α Σ_k W[o, k] a[patch(l)_k] + b[o].</summary>
/// <remarks>
/// Parameters: W row-major [channels out, channels in, kernel height, kernel width], then b, unless there is none. Images are stored with channels
/// innermost, so that the patches of a whole batch
/// are the columns of one matrix (K × positions·n, K = channels in · kernel height · width) and forward, backward and gradient are one product each.
/// </remarks>
internal sealed class ConvolutionLayer : Layer
{
    private readonly WeightScaling _scaling;
    private readonly bool _hasBias;
    private readonly int[] _patchIndex; // position·K + k → element of the input image, −1 in the padding
    private readonly int _channels, _positions, _patch;

    public ConvolutionLayer(ImageShape input, int channels, int kernel, int stride, WeightScaling scaling)
        : this(input, channels, Windows.Square(kernel, stride), scaling) { }

    public ConvolutionLayer(ImageShape input, int channels, Windows windows, WeightScaling scaling, bool bias = true)
        : this(input, windows.Over(input, channels), windows, scaling, bias) { }

    private ConvolutionLayer(ImageShape input, ImageShape output, Windows windows, WeightScaling scaling, bool bias)
        : base(input.Size, output.Size, checked(output.Channels * (input.Channels * windows.Height * windows.Width + (bias ? 1 : 0))))
    {
        _scaling = scaling;
        _hasBias = bias;
        _channels = output.Channels;
        _positions = output.Positions;
        _patch = input.Channels * windows.Height * windows.Width;
        _patchIndex = new int[ArraySize.Of(_positions, _patch)];
        int next = 0;
        for (int y = 0; y < output.Height; y++)
            for (int x = 0; x < output.Width; x++)
                for (int c = 0; c < input.Channels; c++)
                    for (int dy = 0; dy < windows.Height; dy++)
                        for (int dx = 0; dx < windows.Width; dx++)
                            _patchIndex[next++] = windows.Position(input, y, x, dy, dx) is { } at ? at * input.Channels + c : -1;
    }

    public override int ExtraSize => _positions * _patch;

    public override int ScratchSize => _positions * _patch;

    private int BiasOffset => _channels * _patch;

    /// <summary>The image a convolution makes.</summary>
    /// <exception cref="ArgumentException">The kernel does not fit into the image.</exception>
    public static ImageShape OutputShape(ImageShape input, int channels, int kernel, int stride) => Windows.Square(kernel, stride).Over(input, channels);

    public override void Initialise(Span<double> w, RandomStream random, double scale) => _scaling.Initialise(w[..BiasOffset], w[BiasOffset..], random, scale);

    public override void Forward(Backend backend, double[] w, int offset, in MatrixView a, in MatrixView z, double[] extra)
    {
        var bias = _hasBias ? w.AsSpan(offset + BiasOffset, _channels) : [];
        for (int i = 0; i < a.Columns; i++)
        {
            var image = a.Column(i);
            var patches = extra.AsSpan(i * ExtraSize, ExtraSize);
            for (int j = 0; j < patches.Length; j++) patches[j] = _patchIndex[j] is >= 0 and var at ? image[at] : 0;
            if (!_hasBias) continue;
            var output = z.Column(i);
            for (int l = 0; l < _positions; l++) bias.CopyTo(output[(l * _channels)..]);
        }
        backend.Gemm(Op.Transpose, Op.None, _scaling.Multiplier, Weights(w, offset), Patches(extra, a.Columns), _hasBias ? 1 : 0, Pixels(z));
    }

    public override void Backward(Backend backend, double[] w, int offset, in MatrixView deltaZ, in MatrixView deltaA, int q, double[] extra, double[] scratch)
    {
        backend.Gemm(Op.None, Op.None, _scaling.Multiplier, Weights(w, offset), Pixels(deltaZ), 0, Patches(scratch, deltaZ.Columns));
        for (int r = 0; r < deltaA.Columns; r++)
        {
            var image = deltaA.Column(r);
            image.Clear();
            var patches = scratch.AsSpan(r * ScratchSize, ScratchSize);
            for (int j = 0; j < patches.Length; j++)
                if (_patchIndex[j] is >= 0 and var at) image[at] += patches[j];
        }
    }

    public override void Gradient(Backend backend, in MatrixView a, in MatrixView deltaZ, double[] extra, double[] gradient, int offset)
    {
        backend.Gemm(Op.None, Op.Transpose, _scaling.Multiplier, Patches(extra, a.Columns), Pixels(deltaZ), 0, Weights(gradient, offset));
        if (!_hasBias) return;
        var bias = gradient.AsSpan(offset + BiasOffset, _channels);
        bias.Clear();
        for (int i = 0; i < deltaZ.Columns; i++) AddBias(deltaZ.Column(i), bias);
    }

    public override void Rows(Backend backend, in MatrixView a, in MatrixView deltaZ, int q, double[] extra, in MatrixView rows, int offset)
    {
        for (int r = 0; r < deltaZ.Columns; r++)
        {
            var patches = new MatrixView(extra, r / q * ExtraSize, _patch, _positions, _patch);
            var delta = new MatrixView(deltaZ.Array, deltaZ.Offset + r * deltaZ.LeadingDimension, _channels, _positions, _channels);
            backend.Gemm(Op.None, Op.Transpose, _scaling.Multiplier, patches, delta, 0, Weights(rows.Array, rows.Offset + r * rows.LeadingDimension + offset));
            if (!_hasBias) continue;
            var bias = rows.Column(r).Slice(offset + BiasOffset, _channels);
            bias.Clear();
            AddBias(deltaZ.Column(r), bias);
        }
    }

    public override JacobianLayer Describe(string name) => JacobianLayer.AtPositions(name, _positions, _patch, _channels, _hasBias);

    // Patches and images with channels innermost are [position, values] already.
    public override void Factors(in MatrixView a, in MatrixView deltaZ, double[] extra, Span<double> inputs, Span<double> deltas)
    {
        VectorRoutines.Scale(_scaling.Multiplier, extra.AsSpan(0, a.Columns * ExtraSize), inputs[..(a.Columns * ExtraSize)]);
        for (int r = 0; r < deltaZ.Columns; r++) deltaZ.Column(r).CopyTo(deltas[(r * OutputSize)..]);
    }

    private void AddBias(ReadOnlySpan<double> delta, Span<double> bias)
    {
        for (int l = 0; l < _positions; l++) VectorRoutines.Axpy(1, delta.Slice(l * _channels, _channels), bias);
    }

    // Row-major channels × K is column-major K × channels: Wᵀ.
    private MatrixView Weights(double[] w, int offset) => new(w, offset, _patch, _channels, _patch);

    private MatrixView Patches(double[] buffer, int columns) => new(buffer, _patch, _positions * columns);

    // Columns of images, contiguous one after the other, as one matrix channels × positions·columns.
    private MatrixView Pixels(in MatrixView images) => new(images.Array, images.Offset, _channels, _positions * images.Columns, _channels);
}
