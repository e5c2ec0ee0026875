using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>How many modes are signal: bounds from both sides, and an estimate.</summary>
internal static class SignalCounter
{
    private const double Confidence = 0.95;

    // Each step of each probe costs an application of W_S, as much as a mode that is looked for.
    private const int Probes = 4, Steps = 10;

    /// <summary>Counts.</summary>
    /// <param name="found">The largest eigenpairs of W_S.</param>
    /// <param name="dimension">r.</param>
    /// <param name="floor">λ from which a mode is signal.</param>
    /// <param name="error">How far an eigenvalue of the discrete W_S may be off.</param>
    /// <param name="integral">Ritz values of ∫K_SS and its trace, at most, where W_S lies below it; null where it need not.</param>
    /// <param name="gramian">W_S, for the estimate; null for none.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="seed">Seed of the probes.</param>
    public static SignalCount Count(FoundPairs found, int dimension, double floor, double error, (IReadOnlyList<double> Values, double Trace)? integral,
        LinearOperator? gramian, Backend backend, int seed)
    {
        var pairs = found.Pairs;
        // The values of a complete basis are all eigenvalues, to rounding.
        int least = found.Complete ? found.RitzValues.Count(v => v - error >= floor)
            : Enumerable.Range(0, pairs.Values.Count).Count(j => pairs.Values[j] - pairs.ResidualNorms[j] - error >= floor);
        var (most, from) = AtMost(found, dimension, floor, error, integral);
        return new SignalCount(least, most, from, Estimate(gramian, dimension, floor, backend, seed));
    }

    private static (int, string) AtMost(FoundPairs found, int dimension, double floor, double error, (IReadOnlyList<double> Values, double Trace)? integral)
    {
        if (found.Complete) return (found.RitzValues.Count(v => v + error >= floor), "the basis was the whole space");
        string trivial = "the number of modes there are";
        if (integral is not { } k) return (dimension, $"{trivial}: P may expand where B varies, and nothing bounds W_S without its matrix");
        double left = k.Trace, best = dimension;
        int level = 0;
        for (int i = 0; i <= k.Values.Count; i++)
        {
            // At most the first i, and of the others as many as their trace allows.
            double bound = i + Math.Floor(Math.Max(0, left) / (floor - error) * (1 + 1e-9));
            if (floor > error && bound < best) (best, level) = (bound, i);
            if (i < k.Values.Count) left -= Math.Max(0, k.Values[i] * (1 - 1e-9));
        }
        return best < dimension
            ? ((int)best, FormattableString.Invariant($"W_S ⪯ ∫K_SS dt, whose trace less its {level} largest values leaves no more above the threshold"))
            : (dimension, $"{trivial}: the trace of ∫K_SS dt, which bounds W_S, allows more");
    }

    private static Known<SignalEstimate> Estimate(LinearOperator? gramian, int dimension, double floor, Backend backend, int seed)
    {
        if (gramian is null) return Known.Unknown<SignalEstimate>("the basis was the whole space, so that nothing is to be estimated");
        int steps = Math.Min(dimension, Steps);
        var options = new QuadratureOptions { Probes = Probes, Steps = steps, BlockSize = Probes, Seed = seed };
        var share = StochasticQuadrature.Run(gramian, options, backend).Cumulative(floor, 0, Confidence);
        double From(double x) => Math.Clamp(dimension * (1 - x), 0, dimension);
        return Known.Of(new SignalEstimate(From(share.Value), From(share.Upper), From(share.Lower), Confidence, Probes, steps));
    }
}
