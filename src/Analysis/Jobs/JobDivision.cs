namespace KernelFlow;

/// <summary>How pieces are divided among tasks: by how long they take.</summary>
/// <param name="OperationsPerSecond">Operations of matrix products per second of a process.</param>
/// <param name="BytesPerSecond">Bytes of Jacobians that it reads per second.</param>
public sealed record JobDivision(double OperationsPerSecond, double BytesPerSecond)
{
    /// <summary>No task takes less by the forecast, unless all of them together do; a minute, beside which starting one is little.</summary>
    public double ShortestSeconds { get; init; } = 60;

    // Engines limit the tasks of an array; Slurm's usual limit is 1001.
    private const int MostTasks = 1000;

    // So many tasks for each node even out what the forecast gets wrong.
    private const int TasksPerNode = 4;

    /// <summary>Seconds that each interval takes; those that are not named take none.</summary>
    public IReadOnlyList<double> IntervalSeconds { get; init; } = [];

    /// <summary>How many nodes there are; null where that is not known.</summary>
    public int? Nodes { get; init; }

    /// <summary>Puts pieces together, in their order.</summary>
    /// <param name="stage">What they are.</param>
    /// <param name="pieces">Pieces and their seconds.</param>
    /// <param name="first">Number of the first task.</param>
    internal IEnumerable<JobTask> Tasks(JobStage stage, IReadOnlyList<(JobPiece Piece, double Seconds)> pieces, int first)
    {
        double total = pieces.Sum(p => p.Seconds);
        double target = Math.Max(ShortestSeconds, total / Math.Min(MostTasks, Nodes is { } nodes ? TasksPerNode * nodes : MostTasks));
        var made = new List<List<(JobPiece Piece, double Seconds)>>();
        double open = 0;
        foreach (var piece in pieces)
        {
            if (made.Count == 0 || open >= target)
            {
                made.Add([]);
                open = 0;
            }
            made[^1].Add(piece);
            open += piece.Seconds;
        }
        if (made.Count > 1 && open < ShortestSeconds)
        {
            made[^2].AddRange(made[^1]);
            made.RemoveAt(made.Count - 1);
        }
        return made.Select((task, i) => new JobTask(first + i, stage, [.. task.Select(p => p.Piece)], task.Sum(p => p.Seconds)));
    }
}
