namespace KernelFlow.Networks.Layers;

/// <summary>Mean and spread that were recorded, one per channel (batch norm in evaluation).</summary>
internal sealed class RunningNormLayer(int size, int[] channel, int channels, bool affine, double epsilon)
    : NormLayer(size, channel, affine ? channels : 0, bias: true)
{
    private readonly double[] _mean = new double[channels], _scale = new double[channels];

    public override int ExtraSize => OutputSize;

    /// <summary>Takes the recorded means and variances.</summary>
    public void Take(ReadOnlySpan<double> means, ReadOnlySpan<double> variances)
    {
        means.CopyTo(_mean);
        for (int c = 0; c < channels; c++) _scale[c] = 1 / Math.Sqrt(variances[c] + epsilon);
    }

    protected override void Normalise(ReadOnlySpan<double> a, Span<double> kept)
    {
        for (int e = 0; e < OutputSize; e++) kept[e] = (a[e] - _mean[Index[e]]) * _scale[Index[e]];
    }

    protected override void Back(ReadOnlySpan<double> kept, Span<double> delta)
    {
        for (int e = 0; e < OutputSize; e++) delta[e] *= _scale[Index[e]];
    }
}
