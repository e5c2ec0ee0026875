using System.Text.Json.Serialization;

namespace KernelFlow.WorkPrecision;

/// <summary>What the page says of a problem.</summary>
internal sealed record ProblemFacts(string Name, string Description, int N, int M, double Stiffness, string Reference)
{
    public static ProblemFacts Of(StudyProblem problem) =>
        new(problem.Name, problem.Description, problem.Trajectory.TrainSize, problem.Trajectory.TestSize, problem.Stiffness, problem.ReferenceNote);
}

/// <summary>Everything measured.</summary>
/// <param name="Machine">Processor, backend, threads.</param>
/// <param name="Limit">CPU seconds after which a run was given up.</param>
/// <param name="Problems">In order.</param>
/// <param name="Points">Of this toolkit.</param>
/// <param name="Peers">Of other programs; empty when they were not run.</param>
internal sealed record StudyResults(string Machine, double Limit, IReadOnlyList<ProblemFacts> Problems, IReadOnlyList<StudyPoint> Points,
    IReadOnlyList<StudyPoint> Peers)
{
    public IEnumerable<StudyPoint> Curve(string problem, string method) => Points.Where(p => p.Problem == problem && p.Method == method && p.Done);

    [JsonIgnore]
    public IReadOnlyList<double> Tolerances => [.. Points.Select(p => p.Rtol).Distinct().OrderDescending()];

    [JsonIgnore]
    public IReadOnlyList<string> Methods => [.. Points.Select(p => p.Method).Where(m => m != "auto").Distinct()];
}
