namespace KernelFlow.Networks.Layers;

/// <summary>Height × width × channels of an image, stored with channels innermost.</summary>
internal readonly record struct ImageShape(int Height, int Width, int Channels)
{
    public int Positions => Height * Width;

    public int Size => Height * Width * Channels;
}
