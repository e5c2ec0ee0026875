namespace KernelFlow.Reporting.Content;

/// <summary>The density of eigenvalues over their logarithm: each eigenvalue is spread as a Gaussian.</summary>
internal static class SpectralDensity
{
    private const int Nodes = 241;
    private const double Reach = 4;

    /// <summary>The eigenvalues that are above rounding, N·ε of the largest.</summary>
    public static double[] Resolved(IReadOnlyList<double> values)
    {
        double floor = values.Count == 0 ? 0 : values.Count * Math.ScaleB(1, -52) * values.Max();
        return [.. values.Where(v => double.IsFinite(v) && v > floor)];
    }

    /// <summary>The width of the Gaussians in decades: a fortieth of what the eigenvalues span, and at least a twentieth of a decade.</summary>
    public static double Width(IReadOnlyList<double> resolved) =>
        resolved.Count == 0 ? 0.05 : Math.Max(0.05, (Math.Log10(resolved.Max()) - Math.Log10(resolved.Min())) / 40);

    /// <summary>The density per decade at values from below the smallest to above the largest; none where no eigenvalue is above rounding.</summary>
    /// <param name="values">All eigenvalues.</param>
    /// <param name="width">The width of the Gaussians in decades.</param>
    public static IReadOnlyList<(double Value, double Density)> Of(IReadOnlyList<double> values, double width)
    {
        double[] logarithms = [.. Resolved(values).Select(Math.Log10)];
        if (logarithms.Length == 0) return [];
        double first = logarithms.Min() - Reach * width, last = logarithms.Max() + Reach * width;
        double scale = 1 / (logarithms.Length * width * Math.Sqrt(2 * Math.PI));
        return [.. Enumerable.Range(0, Nodes).Select(i => first + (last - first) * i / (Nodes - 1)).Select(x => (Math.Pow(10, x),
            scale * logarithms.Sum(l => Math.Exp(-0.5 * (x - l) * (x - l) / (width * width)))))];
    }
}
