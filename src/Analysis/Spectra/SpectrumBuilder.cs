using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>Turns eigenpairs of W_S into the reported spectrum.</summary>
internal static class SpectrumBuilder
{
    /// <summary>The spectrum with its dimensions at a threshold.</summary>
    /// <param name="solution">The eigenpairs that were computed.</param>
    /// <param name="W">W_S on the space of the solution, r×r.</param>
    /// <param name="beta">β where 2βλ is a fraction.</param>
    /// <param name="threshold">δ, the threshold: modes whose measure is below it are the reservoir.</param>
    public static SpectrumResult Build(SpectrumSolution solution, DenseMatrix W, Known<double> beta, double threshold)
    {
        double[] values = [.. solution.Pairs.Values];
        int N = W.RowCount;
        var (relative, fraction) = Measures(values, beta.OrNull());
        var signal = SignalDimension(fraction ?? relative, N, threshold, "W_S");
        // An eigenvalue of the whole W_S lies within the bound of truncation of the one at hand.
        if (solution.Shift > 0 && beta.TryGet(out double b) && values.FirstOrDefault(v => Math.Abs(2 * b * v - threshold) <= 2 * b * solution.Shift, -1) >= 0)
            signal = Known.Unknown<int>(FormattableString.Invariant(
                $"the reduction of the range may have moved eigenvalues across the threshold: 2βλ is known to {2 * b * solution.Shift:G2} of it"));
        return new SpectrumResult
        {
            Eigenvalues = values,
            ResidualNorms = solution.Pairs.ResidualNorms,
            DissipatedFraction = Known.Maybe<IReadOnlyList<double>>(fraction, beta.Reason),
            RelativeEigenvalues = relative,
            Threshold = threshold,
            SignalDimension = signal,
            ReservoirDimension = signal.Map(s => N - s),
            EffectiveRank = EffectiveRank(values, W),
            Complete = values.Length == N,
            Dimension = N,
            Space = solution.Space.Name,
        };
    }

    /// <summary>What is reported of it: the k largest, dimensions and effective rank still those of all that were computed.</summary>
    public static SpectrumResult Reported(SpectrumResult all, SpectrumSolution solution)
    {
        int k = solution.Reported.Values.Count;
        return all with
        {
            Eigenvalues = solution.Reported.Values,
            ResidualNorms = solution.Reported.ResidualNorms,
            DissipatedFraction = all.DissipatedFraction.Map(f => (IReadOnlyList<double>)[.. f.Take(k)]),
            RelativeEigenvalues = [.. all.RelativeEigenvalues.Take(k)],
            Complete = k == solution.Dimension,
            Solver = solution.Solver,
            Multiplicity = solution.Multiplicity,
        };
    }

    /// <summary>λ_j/λ_1 and, where β is given, 2βλ_j.</summary>
    public static (double[] Relative, double[]? Fraction) Measures(IReadOnlyList<double> values, double? beta)
    {
        double first = values[0];
        return ([.. values.Select(v => first > 0 ? v / first : 0)], beta is { } b ? [.. values.Select(v => 2 * b * v)] : null);
    }

    /// <summary>The number of modes at or above the threshold; of the largest k of N it is known only when the last of them is below.</summary>
    /// <param name="measures">2βλ_j or λ_j/λ_1, descending.</param>
    /// <param name="order">N = n·p, the number of stacked training outputs.</param>
    /// <param name="threshold">δ, the threshold: modes whose measure is below it are the reservoir.</param>
    /// <param name="what">Of which Gramian, for the reader.</param>
    public static Known<int> SignalDimension(IReadOnlyList<double> measures, int order, double threshold, string what)
    {
        int signal = measures.Count(m => m >= threshold);
        if (measures.Count == order || signal < measures.Count) return signal;
        return Known.Unknown<int>(
            FormattableString.Invariant($"the {measures.Count} largest of {order} modes of {what} were computed, ")
            + FormattableString.Invariant($"and none of them is below the threshold {threshold:G6}; ask for more modes"));
    }

    /// <summary>(Σλ)²/Σλ²: from all eigenvalues, or from trace and norm where only the largest are known.</summary>
    public static double EffectiveRank(IReadOnlyList<double> values, DenseMatrix w)
    {
        double sum = 0, squares = 0;
        if (values.Count == w.RowCount)
        {
            foreach (double v in values)
            {
                sum += Math.Max(v, 0);
                squares += v * v;
            }
        }
        else
        {
            for (int i = 0; i < w.RowCount; i++) sum += w.At(i, i);
            squares = VectorRoutines.Dot(w.Values, w.Values);
        }
        return squares > 0 ? sum * sum / squares : 0;
    }
}
