using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>The spectral schedule from Gramians kept on the way through the window: no integration of its own.</summary>
internal static class ScheduleBuilder
{
    private const int MostPoints = 6;
    private const double MostBytes = 5e8;
    private const int LanczosSteps = 80; // the lower end of an increment, to the accuracy of a check

    /// <summary>The checkpoints, first and last left out, at which W_S(s, t_k) is kept: at most six, evenly over the recording, fewer where N is so large that they would fill memory.</summary>
    public static IReadOnlyList<int> Checkpoints(int count, int trainSize)
    {
        int inner = count - 2, wanted = (int)Math.Min(Math.Min(MostPoints, inner), MostBytes / (8.0 * trainSize * trainSize));
        return [.. Enumerable.Range(1, Math.Max(0, wanted)).Select(i => (int)Math.Round((double)i * (count - 1) / (wanted + 1)))];
    }

    /// <summary>The schedule over T.</summary>
    /// <param name="times">Times of the checkpoints.</param>
    /// <param name="partial">W_S(s, t_k) by checkpoint index.</param>
    /// <param name="whole">W_S(s, T).</param>
    /// <param name="spectrum">Its eigenvalues, descending.</param>
    /// <param name="beta">β where 2βλ is a fraction.</param>
    /// <param name="threshold">δ.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="seed">Seed of the start vectors of Lanczos.</param>
    /// <param name="cancellation">Honoured between points.</param>
    public static IReadOnlyList<SchedulePoint> OverEnd(IReadOnlyList<double> times, IReadOnlyList<PartialGramian> partial, DenseMatrix whole, IReadOnlyList<double> spectrum, double? beta,
        double threshold, Backend backend, int seed, CancellationToken cancellation)
    {
        var points = new List<SchedulePoint>();
        DenseMatrix? before = null;
        foreach (var (knot, w) in partial.Append(new PartialGramian(times.Count - 1, whole)))
        {
            cancellation.ThrowIfCancellationRequested();
            bool last = ReferenceEquals(w, whole);
            points.Add(Point(times[knot], last ? spectrum : Values(w, backend), beta, threshold, before is null ? null : Increment(w, before, spectrum[0], backend, seed)));
            before = w;
        }
        return points;
    }

    /// <summary>One point from its eigenvalues.</summary>
    public static SchedulePoint Point(double time, IReadOnlyList<double> values, double? beta, double threshold, double? increment)
    {
        double first = values[0], sum = values.Sum(v => Math.Max(v, 0)), squares = values.Sum(v => v * v);
        double[]? fraction = beta is { } b ? [.. values.Select(v => 2 * b * v)] : null;
        int signal = fraction?.Count(f => f >= threshold) ?? (first > 0 ? values.Count(v => v / first >= threshold) : 0);
        return new SchedulePoint(time, values, fraction, signal, squares > 0 ? sum * sum / squares : 0, increment);
    }

    /// <summary>Eigenvalues, descending.</summary>
    public static double[] Values(DenseMatrix w, Backend backend)
    {
        var values = new double[w.RowCount];
        backend.SymmetricEigen(((MatrixView)w).ToMatrix(), values, vectors: false);
        Array.Reverse(values);
        return values;
    }

    /// <summary>λ_min(after − before)/scale.</summary>
    public static double Increment(DenseMatrix after, DenseMatrix before, double scale, Backend backend, int seed = 0)
    {
        var difference = new DenseMatrix(after.RowCount, after.RowCount);
        VectorKernels.Combine(1, after.Values, -1, before.Values, difference.Values);
        return VectorKernels.LargestMagnitude(difference.Values) == 0 || scale <= 0 ? 0 : ShortLanczos.Run(difference, LanczosSteps, backend, seed).Values[0] / scale;
    }
}
