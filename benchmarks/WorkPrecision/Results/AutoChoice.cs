namespace KernelFlow.WorkPrecision;

/// <summary>How far "auto" is from the best method at one tolerance on one problem, in CPU seconds.</summary>
/// <param name="Auto">The point of "auto".</param>
/// <param name="BestAtRtol">Fastest method at the same requested tolerance whose errors are within it.</param>
/// <param name="BestAtError">Fastest method at the error that "auto" achieved, with its time interpolated along its own curve.</param>
internal sealed record AutoChoice(StudyPoint Auto, (string Method, double Seconds) BestAtRtol, (string Method, double Seconds) BestAtError)
{
    public double RatioAtRtol => Auto.Seconds.Cpu / BestAtRtol.Seconds;

    public double RatioAtError => Auto.Seconds.Cpu / BestAtError.Seconds;

    /// <summary>One for each tolerance at which "auto" finished.</summary>
    public static IEnumerable<AutoChoice> Of(StudyResults results, string problem, IEnumerable<double> tolerances)
    {
        foreach (double rtol in tolerances)
        {
            var auto = results.Points.FirstOrDefault(p => p.Problem == problem && p.Method == "auto" && p.Rtol == rtol && p.Done);
            if (auto is null) continue;
            // Auto and the method it stands for are the same computation: one time, so that noise does not count as a wrong choice.
            var same = results.Curve(problem, auto.Resolved).FirstOrDefault(p => p.Rtol == rtol);
            if (same is not null) auto = auto with { Seconds = new Times(0.5 * (auto.Seconds.Wall + same.Seconds.Wall),
                0.5 * (auto.Seconds.Cpu + same.Seconds.Cpu)) };
            (string, double) atRtol = (auto.Resolved, auto.Seconds.Cpu), atError = atRtol;
            foreach (string method in results.Methods.Where(m => m != auto.Resolved))
            {
                var curve = results.Curve(problem, method).ToList();
                if (curve.FirstOrDefault(p => p.Rtol == rtol) is { } p && p.Errors.Largest <= rtol && p.Seconds.Cpu < atRtol.Item2) atRtol = (method,
                    p.Seconds.Cpu);
                double seconds = At(curve, auto.Errors.Largest);
                if (seconds < atError.Item2) atError = (method, seconds);
            }
            yield return new AutoChoice(auto, atRtol, atError);
        }
    }

    /// <summary>Seconds at which a curve reaches an error, by straight lines in the logarithms; NaN where it does not get there.</summary>
    public static double At(IReadOnlyList<StudyPoint> curve, double error)
    {
        var byError = curve.OrderByDescending(p => p.Errors.Largest).ToList();
        double least = double.NaN;
        for (int i = 0; i < byError.Count; i++)
        {
            double found = double.NaN;
            if (byError[i].Errors.Largest <= error) found = byError[i].Seconds.Cpu;
            if (i > 0 && byError[i - 1].Errors.Largest > error && byError[i].Errors.Largest <= error)
            {
                double a = Math.Log(byError[i - 1].Errors.Largest), b = Math.Log(byError[i].Errors.Largest), share = (a - Math.Log(error)) / (a - b);
                found = Math.Exp((1 - share) * Math.Log(byError[i - 1].Seconds.Cpu) + share * Math.Log(byError[i].Seconds.Cpu));
            }
            if (!(found >= least)) least = double.IsNaN(found) ? least : found;
        }
        return least;
    }
}
