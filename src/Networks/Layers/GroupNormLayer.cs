namespace KernelFlow.Networks.Layers;

/// <summary>Mean and spread of each group of elements of an example (layer norm, group norm).</summary>
internal sealed class GroupNormLayer(int size, int[][] groups, int[] affine, int count, bool bias, double epsilon) : NormLayer(size, affine, count, bias)
{
    public override int ExtraSize => OutputSize + groups.Length;

    protected override void Normalise(ReadOnlySpan<double> a, Span<double> kept)
    {
        for (int k = 0; k < groups.Length; k++)
        {
            double mean = 0, square = 0;
            foreach (int e in groups[k]) mean += a[e];
            mean /= groups[k].Length;
            foreach (int e in groups[k]) square += (a[e] - mean) * (a[e] - mean);
            double scale = 1 / Math.Sqrt(square / groups[k].Length + epsilon);
            foreach (int e in groups[k]) kept[e] = (a[e] - mean) * scale;
            kept[OutputSize + k] = scale;
        }
    }

    protected override void Back(ReadOnlySpan<double> kept, Span<double> delta)
    {
        for (int k = 0; k < groups.Length; k++)
        {
            double mean = 0, along = 0;
            foreach (int e in groups[k]) (mean, along) = (mean + delta[e], along + delta[e] * kept[e]);
            (mean, along) = (mean / groups[k].Length, along / groups[k].Length);
            foreach (int e in groups[k]) delta[e] = kept[OutputSize + k] * (delta[e] - mean - kept[e] * along);
        }
    }
}
