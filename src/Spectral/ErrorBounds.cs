namespace KernelFlow.Spectral;

/// <summary>What residuals and gaps say about values and vectors.</summary>
internal static class ErrorBounds
{
    /// <summary>For each pair min(r, R²/gap) and min(1, R/gap), with R and gap those of its cluster.</summary>
    /// <param name="values">The values found, descending.</param>
    /// <param name="residuals">The residual norm of each value.</param>
    /// <param name="high">How many of them lie above the rest of the spectrum; the others lie below it.</param>
    /// <param name="rest">Where the rest of the spectrum lies; upper below lower when there is none.</param>
    /// <param name="aroundZero">Whether zero is an eigenvalue, too (the augmented matrix of singular values).</param>
    public static (double[] Values, double[] Angles) Of(IReadOnlyList<double> values, IReadOnlyList<double> residuals, int high,
        (double Lower, double Upper) rest, bool aroundZero = false)
    {
        int k = values.Count;
        double[] bounds = new double[k], angles = new double[k];
        for (int first = 0, end; first < k; first = end)
        {
            for (end = first + 1; end < k && end != high && values[end - 1] - values[end] <= 2 * (residuals[end - 1] + residuals[end]); end++) { }
            double squares = 0;
            for (int j = first; j < end; j++) squares += residuals[j] * residuals[j];
            double norm = Math.Sqrt(squares);
            double above = first == 0 ? double.PositiveInfinity : values[first - 1] - residuals[first - 1] - values[first];
            double below = end == k ? double.PositiveInfinity : values[end - 1] - values[end] - residuals[end];
            if (end == high) below = Math.Min(below, values[end - 1] - rest.Upper);
            if (first == high) above = Math.Min(above, rest.Lower - values[first]);
            double gap = Math.Min(Math.Min(above, below), aroundZero ? values[end - 1] : double.PositiveInfinity);
            for (int j = first; j < end; j++)
            {
                bounds[j] = gap > 0 ? Math.Min(residuals[j], squares / gap) : residuals[j];
                angles[j] = norm == 0 ? 0 : gap > norm ? norm / gap : 1;
            }
        }
        return (bounds, angles);
    }
}
