using KernelFlow.Integrators;
using KernelFlow.Numerics;

namespace KernelFlow.WorkPrecision;

/// <summary>Measures every method on a problem: at each tolerance all methods in turn, several rounds.</summary>
/// <param name="methods">Names, "auto" among them.</param>
/// <param name="tolerances">From loose to tight.</param>
/// <param name="rounds">Most rounds; slow points take fewer. 0: the run that counts is timed too, just-in-time compilation included.</param>
/// <param name="limit">CPU seconds after which a run is given up.</param>
/// <param name="backend">The dense linear algebra to use.</param>
internal sealed class Study(IReadOnlyList<string> methods, IReadOnlyList<double> tolerances, int rounds, double limit, Backend backend)
{
    // A point that takes longer than its share is repeated less often.
    private const double PointSeconds = 6;

    public IReadOnlyList<StudyPoint> Run(StudyProblem problem, Action<string> say)
    {
        var points = new List<StudyPoint>();
        var given = new Dictionary<string, double>(); // methods given up, with the tolerance
        foreach (double rtol in tolerances)
        {
            var first = new List<StudyPoint>();
            foreach (string method in methods)
            {
                var point = given.TryGetValue(method, out double looser)
                    ? new StudyPoint(problem.Name, method, rtol) { Status = FormattableString.Invariant($"over the limit (already at {looser:g1})") }
                    : First(problem, method, rtol);
                if (point.Status == "over the limit") given[method] = rtol;
                first.Add(point);
            }
            points.AddRange(Repeat(problem, first));
            say(FormattableString.Invariant($"{problem.Name}, rtol {rtol:g1}: {first.Count(p => p.Done)} of {first.Count} methods"));
        }
        return points;
    }

    // Compiles, counts and compares with the reference.
    private StudyPoint First(StudyProblem problem, string method, double rtol)
    {
        var point = new StudyPoint(problem.Name, method, rtol) { Status = "over the limit" };
        var counting = new CountingBackend(backend);
        var trajectory = new CountingTrajectory(problem.Trajectory);
        using var stop = new CpuLimit(limit);
        try
        {
            Propagation? found = null;
            var times = Times.Of(() => found = FlowIntegrator.Integrate(trajectory, Options(method, rtol), counting, cancellation: stop.Token));
            return point with
            {
                Status = "done", Resolved = found!.Report.Name, Errors = problem.Reference.ErrorsOf(OperatorTriple.Of(found)), Estimated = found.Error.Largest,
                Seconds = times, Rounds = 1, Steps = found.Report.Steps, Rejected = found.Report.Rejected, Passes = found.Report.Passes,
                KernelEvaluations = trajectory.Evaluations, Factorizations = counting.Factorizations, Flops = counting.Flops,
            };
        }
        catch (OperationCanceledException)
        {
            return point;
        }
        catch (NumericalException e)
        {
            return point with { Status = e.Message };
        }
    }

    private IEnumerable<StudyPoint> Repeat(StudyProblem problem, List<StudyPoint> first)
    {
        var times = first.ConvertAll(_ => new List<Times>());
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < first.Count; i++)
            {
                if (!first[i].Done || (round > 0 && (round + 1) * first[i].Seconds.Cpu > PointSeconds)) continue;
                times[i].Add(Times.Of(() => FlowIntegrator.Integrate(problem.Trajectory, Options(first[i].Method, first[i].Rtol), backend)));
            }
        }
        for (int i = 0; i < first.Count; i++)
        {
            if (times[i].Count == 0) yield return first[i];
            else yield return first[i] with { Rounds = times[i].Count,
                Seconds = new Times(Statistics.Median(times[i].Select(t => t.Wall)), Statistics.Median(times[i].Select(t => t.Cpu))) };
        }
    }

    private static PropagationOptions Options(string method, double rtol) => new() { Method = method, RelativeTolerance = rtol };
}
