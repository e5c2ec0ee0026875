namespace KernelFlow.Networks.Layers;

/// <summary>How a convolution or a pooling looks at an image: rectangles of pixels, some apart, from a corner in the padding on.</summary>
/// <param name="Height">Pixels of a window, from top to bottom.</param>
/// <param name="Width">Pixels of a window, from left to right.</param>
/// <param name="StrideY">From one window to the one below.</param>
/// <param name="StrideX">From one window to the one at its right.</param>
/// <param name="PaddingY">Rows of zeros above and below.</param>
/// <param name="PaddingX">Columns of zeros at both sides.</param>
/// <param name="DilationY">From one pixel of a window to the one below.</param>
/// <param name="DilationX">From one pixel of a window to the one at its right.</param>
internal readonly record struct Windows(int Height, int Width, int StrideY, int StrideX, int PaddingY, int PaddingX, int DilationY, int DilationX)
{
    /// <summary>Squares without padding.</summary>
    public static Windows Square(int side, int stride) => new(side, side, stride, stride, 0, 0, 1, 1);

    /// <summary>The image that has one pixel for every window.</summary>
    /// <exception cref="ArgumentException">No window fits into the image.</exception>
    public ImageShape Over(ImageShape input, int channels)
    {
        int height = Count(input.Height, Height, StrideY, PaddingY, DilationY), width = Count(input.Width, Width, StrideX, PaddingX, DilationX);
        if (height < 1 || width < 1)
            throw new ArgumentException(
                FormattableString.Invariant($"A {Height}x{Width} convolution does not fit into an image of {input.Height}x{input.Width}."));
        return Image(height, width, channels);
    }

    /// <summary>An image that one array can hold for many examples at once.</summary>
    /// <exception cref="ArgumentException">It is larger.</exception>
    public static ImageShape Image(int height, int width, int channels)
    {
        const int Largest = 1 << 24;
        return (Int128)height * width * channels <= Largest ? new ImageShape(height, width, channels)
            : throw new ArgumentException(FormattableString.Invariant($"An image of {channels} x {height} x {width} values is larger than the ")
                + FormattableString.Invariant($"{Largest} that are allowed."));
    }

    /// <summary>Where pixel (dy, dx) of window (y, x) lies in the image; null in the padding.</summary>
    public int? Position(ImageShape input, int y, int x, int dy, int dx)
    {
        int row = y * StrideY - PaddingY + dy * DilationY, column = x * StrideX - PaddingX + dx * DilationX;
        return row >= 0 && row < input.Height && column >= 0 && column < input.Width ? row * input.Width + column : null;
    }

    private static int Count(int extent, int side, int stride, int padding, int dilation)
    {
        long room = extent + 2L * padding - (long)dilation * (side - 1) - 1;
        return room < 0 ? 0 : (int)Math.Min(room / stride + 1, int.MaxValue);
    }
}
