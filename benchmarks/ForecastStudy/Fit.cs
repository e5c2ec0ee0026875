namespace KernelFlow.ForecastStudy;

/// <summary>By what each constant of the model would have to be multiplied: factors between a fifth and five for which the sum of squares of the logarithms of
/// forecast over measured is least, with a small pull towards 1 where the runs say little.</summary>
internal static class Fit
{
    private const double Least = 0.2, Most = 5, Pull = 0.02;
    private const int Rounds = 400;

    /// <summary>The factors by name.</summary>
    /// <param name="rows">Parts of each forecast, and what was measured.</param>
    public static IReadOnlyDictionary<string, double> Factors(IReadOnlyList<(IReadOnlyDictionary<string, double> Parts, double Measured)> rows)
    {
        string[] names = [.. rows.SelectMany(r => r.Parts.Keys).Distinct()];
        var factors = names.ToDictionary(n => n, _ => 1.0);
        double Error() => rows.Average(r => Square(Math.Log(r.Parts.Sum(p => factors[p.Key] * p.Value) / r.Measured)))
            + Pull * factors.Values.Average(f => Square(Math.Log(f)));
        double step = 0.5, error = Error();
        for (int round = 0; round < Rounds && step > 1e-3; round++)
        {
            bool better = false;
            foreach (string name in names)
                foreach (double change in (double[])[1 + step, 1 / (1 + step)])
                {
                    double before = factors[name];
                    factors[name] = Math.Clamp(before * change, Least, Most);
                    if (Error() is var found && found < error) (error, better) = (found, true);
                    else factors[name] = before;
                }
            if (!better) step /= 2;
        }
        return factors;
    }

    /// <summary>The forecast with factors.</summary>
    public static double Sum(IReadOnlyDictionary<string, double> parts, IReadOnlyDictionary<string, double> factors) =>
        parts.Sum(p => factors[p.Key] * p.Value);

    private static double Square(double x) => x * x;
}
