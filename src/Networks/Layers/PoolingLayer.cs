using KernelFlow.Numerics;

namespace KernelFlow.Networks.Layers;

/// <summary>Each channel of an image, window by window: the mean, or the largest value (the first of equals, as in PyTorch).</summary>
internal sealed class PoolingLayer : Layer
{
    private readonly bool _largest;
    private readonly int _channels;
    private readonly int[][] _windows; // the positions of every window
    private readonly double[] _weights; // of a mean: one over the count

    private PoolingLayer(ImageShape input, int[][] windows, double[]? weights) : base(input.Size, checked(windows.Length * input.Channels), 0)
    {
        _channels = input.Channels;
        _windows = windows;
        _largest = weights is null;
        _weights = weights ?? [];
    }

    public override int ExtraSize => _largest ? OutputSize : 0;

    /// <summary>The largest value of every window; the padding never is.</summary>
    public static PoolingLayer Largest(ImageShape input, Windows windows) => new(input, Positions(input, windows), null);

    /// <summary>The mean of every window.</summary>
    /// <param name="input">The image.</param>
    /// <param name="windows">The windows.</param>
    /// <param name="padded">Whether zeros of the padding are counted.</param>
    public static PoolingLayer Mean(ImageShape input, Windows windows, bool padded)
    {
        int[][] positions = Positions(input, windows);
        return new(input, positions, Array.ConvertAll(positions, p => 1.0 / (padded ? windows.Height * windows.Width : p.Length)));
    }

    /// <summary>Means of as many windows as are wanted, which cover the image (PyTorch's adaptive average).</summary>
    public static PoolingLayer Adaptive(ImageShape input, int height, int width)
    {
        _ = Windows.Image(height, width, input.Channels);
        var windows = new List<int[]>();
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                var (rows, columns) = (Bin(y, height, input.Height), Bin(x, width, input.Width));
                windows.Add([.. from row in rows from column in columns select row * input.Width + column]);
            }
        return new(input, [.. windows], [.. windows.Select(p => 1.0 / p.Length)]);
    }

    public override void Forward(Backend backend, double[] w, int offset, in MatrixView a, in MatrixView z, double[] extra)
    {
        for (int i = 0; i < a.Columns; i++)
        {
            var input = a.Column(i);
            var output = z.Column(i);
            for (int o = 0; o < OutputSize; o++)
            {
                int channel = o % _channels, window = o / _channels;
                if (!_largest)
                {
                    double sum = 0;
                    foreach (int p in _windows[window]) sum += input[p * _channels + channel];
                    output[o] = sum * _weights[window];
                    continue;
                }
                int best = _windows[window][0] * _channels + channel;
                foreach (int p in _windows[window])
                    if (input[p * _channels + channel] > input[best]) best = p * _channels + channel;
                output[o] = input[best];
                extra[i * ExtraSize + o] = best;
            }
        }
    }

    public override void Backward(Backend backend, double[] w, int offset, in MatrixView deltaZ, in MatrixView deltaA, int q, double[] extra, double[] scratch)
    {
        for (int r = 0; r < deltaZ.Columns; r++)
        {
            var from = deltaZ.Column(r);
            var to = deltaA.Column(r);
            to.Clear();
            for (int o = 0; o < OutputSize; o++)
            {
                if (_largest) to[(int)extra[r / q * ExtraSize + o]] += from[o];
                else
                    foreach (int p in _windows[o / _channels]) to[p * _channels + o % _channels] += from[o] * _weights[o / _channels];
            }
        }
    }

    private static IEnumerable<int> Bin(int index, int bins, int extent)
    {
        int first = (int)((long)index * extent / bins), end = (int)(((long)(index + 1) * extent + bins - 1) / bins);
        return Enumerable.Range(first, end - first);
    }

    private static int[][] Positions(ImageShape input, Windows windows)
    {
        var output = windows.Over(input, input.Channels);
        return [.. from y in Enumerable.Range(0, output.Height)
                   from x in Enumerable.Range(0, output.Width)
                   select (int[])[.. from dy in Enumerable.Range(0, windows.Height)
                                     from dx in Enumerable.Range(0, windows.Width)
                                     let at = windows.Position(input, y, x, dy, dx)
                                     where at is not null
                                     select at.Value]];
    }
}
