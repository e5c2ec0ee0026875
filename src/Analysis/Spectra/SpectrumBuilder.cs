using KernelFlow.Spectral;

namespace KernelFlow.Analysis;

/// <summary>Turns eigenpairs of W_S into the reported spectrum.</summary>
internal static class SpectrumBuilder
{
    /// <summary>The spectrum with its dimensions at a threshold; <paramref name="beta"/> is β where 2βλ is a fraction.</summary>
    public static SpectrumResult Build(EigenPairs pairs, Known<double> beta, double threshold)
    {
        double[] values = [.. pairs.Values];
        double first = values[0], sum = 0, squares = 0;
        foreach (double v in values)
        {
            sum += Math.Max(v, 0);
            squares += v * v;
        }
        double[] relative = values.Select(v => first > 0 ? v / first : 0).ToArray();
        double[]? fraction = beta.TryGet(out double b) ? values.Select(v => 2 * b * v).ToArray() : null;
        int signal = (fraction ?? relative).Count(f => f >= threshold);
        return new SpectrumResult
        {
            Eigenvalues = values,
            ResidualNorms = pairs.ResidualNorms,
            DissipatedFraction = Known.Maybe<IReadOnlyList<double>>(fraction, beta.Reason),
            RelativeEigenvalues = relative,
            Threshold = threshold,
            SignalDimension = signal,
            ReservoirDimension = values.Length - signal,
            EffectiveRank = squares > 0 ? sum * sum / squares : 0,
            Complete = true,
        };
    }

    /// <summary>What is reported of it: the k largest, dimensions and effective rank still those of all N.</summary>
    public static SpectrumResult Reported(SpectrumResult all, SpectrumSolution solution)
    {
        int k = solution.Reported.Values.Count;
        return all with
        {
            Eigenvalues = solution.Reported.Values,
            ResidualNorms = solution.Reported.ResidualNorms,
            DissipatedFraction = all.DissipatedFraction.Map(f => (IReadOnlyList<double>)[.. f.Take(k)]),
            RelativeEigenvalues = [.. all.RelativeEigenvalues.Take(k)],
            Complete = k == all.Eigenvalues.Count,
            Solver = solution.Solver,
            Multiplicity = solution.Multiplicity,
        };
    }
}
