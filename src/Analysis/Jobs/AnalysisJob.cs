using KernelFlow.Analysis;
using KernelFlow.Analysis.Cache;
using KernelFlow.Analysis.Jobs;
using KernelFlow.Bridges;
using KernelFlow.Files;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow;

/// <summary>An analysis in pieces, which processes on any number of machines compute in any order: a folder with the plan and a file for each piece.</summary>
/// <remarks>The plan fixes what numbers depend on: the files of the run by their sums, the options, backend and threads, and the version of this tool. A
/// piece that is there and sound is never computed again. <see cref="Merge"/> is the ordinary analysis, which finds the pieces instead of computing them: its
/// results are those of <see cref="Analyze"/> with the same options, to the last bit.</remarks>
public sealed class AnalysisJob
{
    /// <summary>The file of the plan.</summary>
    public const string PlanFile = JobPlan.FileName;

    /// <summary>What that file has under <c>format</c>.</summary>
    public const string Format = JobPlan.Format;

    private readonly JobPlan _plan;

    private AnalysisJob(string folder, JobPlan plan) => (Folder, _plan) = (folder, plan);

    /// <summary>The job's folder.</summary>
    public string Folder { get; }

    /// <summary>The run's folder when it was planned, absolute.</summary>
    public string Run => _plan.Run;

    /// <summary>The options as they are given to <c>analyze</c>.</summary>
    public IReadOnlyList<string> Arguments => _plan.Arguments;

    /// <summary>The tasks, kernels before intervals.</summary>
    public IReadOnlyList<JobTask> Tasks => _plan.Tasks;

    /// <summary>Name, core and threads of the dense linear algebra that every process uses.</summary>
    public (string Name, string Core, int Threads) Backend => _plan.Backend;

    /// <summary>Whether a name, relative to a job's folder with forward slashes, is that of a file of a job.</summary>
    public static bool Owns(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name == JobPlan.FileName || name.StartsWith(JobPieces.FolderName + "/", StringComparison.Ordinal)
            || name.StartsWith(JobIntervals.FolderName + "/", StringComparison.Ordinal);
    }

    /// <summary>Divides an analysis into pieces and writes the plan into a folder. A folder that has the same plan keeps its pieces.</summary>
    /// <param name="folder">The job's folder; made where it is not there.</param>
    /// <param name="run">The run.</param>
    /// <param name="options">The options of the analysis, with the backend.</param>
    /// <param name="arguments">The same as they are given to <c>analyze</c>.</param>
    /// <param name="division">How long pieces take.</param>
    /// <param name="cancellation">Honoured while the files of the run are summed.</param>
    /// <exception cref="InvalidJobException">Nothing of the analysis can be computed in pieces, or the folder has another plan.</exception>
    /// <exception cref="InvalidRunException">The run is not sound.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or leaves the backend open.</exception>
    public static AnalysisJob Plan(string folder, RecordedRun run, AnalysisOptions options, IReadOnlyList<string> arguments, JobDivision division,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(division);
        OptionChecks.Check(options);
        JobWork.RequireWindow(run, options);
        var backend = options.Backend ?? throw new ArgumentException("backend: found none, expected the one that every process uses.", nameof(options));
        if (JobIntervals.Obstacle(run.Checkpoints, options) is null && options.RelativeTolerance.Value is null)
            throw new ArgumentException("rtol: found auto, which follows from the whole analysis; expected the tolerance of the intervals.", nameof(options));
        var plan = new JobPlan
        {
            Tool = ToolInfo.Current.Version,
            Code = RunCache.Code,
            Run = Path.GetFullPath(run.Folder),
            Beside = Path.GetRelativePath(Path.GetFullPath(folder), Path.GetFullPath(run.Folder)),
            Files = JobFiles.Of(run, cancellation),
            Arguments = [.. arguments],
            Settings = JobWork.Settings(options),
            Backend = (backend.Name, backend.Core, backend.Threads),
            Tasks = JobWork.Divide(run.Checkpoints, options, division),
        };
        if (plan.Tasks.Count == 0)
            throw new InvalidJobException($"{run.Folder}: nothing of this analysis can be computed in pieces: "
                + $"{JobWork.NothingToDivide(run.Checkpoints, options)}; use kernelflow analyze.");
        if (File.Exists(Path.Combine(folder, JobPlan.FileName)) && JobPlan.Read(folder).Id != plan.Id)
            throw new InvalidJobException($"{folder}: it is the folder of another job (another run, other options, or another version of the tool); "
                + "choose another folder, or remove it.");
        Directory.CreateDirectory(folder);
        plan.Write(folder);
        Directory.CreateDirectory(Path.Combine(folder, JobPieces.FolderName));
        // Made before several processes might make it at the same time.
        if (plan.Tasks.Any(t => t.Stage == JobStage.Intervals)) JobIntervals.Open(folder, null);
        return new AnalysisJob(folder, plan);
    }

    /// <summary>Opens the folder of a job.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidJobException">It is not one, it is damaged, or another version of this tool planned it.</exception>
    public static AnalysisJob Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var plan = JobPlan.Read(folder);
        string path = Path.Combine(folder, JobPlan.FileName);
        if (plan.Tool != ToolInfo.Current.Version)
            throw new InvalidJobException($"{path}: planned by version {plan.Tool} of kernelflow, and this is version {ToolInfo.Current.Version}, "
                + "whose numbers may differ: use that version, or plan the job again.");
        return plan.Code == RunCache.Code ? new AnalysisJob(folder, plan) : throw new InvalidJobException(
            $"{path}: planned by another build of version {plan.Tool} of kernelflow, whose numbers may differ: use that build, or plan the job again.");
    }

    /// <summary>Where the run is now: where it was planned, or, when job and run were moved together, in the same place beside the job.</summary>
    /// <exception cref="InvalidJobException">It is in neither.</exception>
    public string FindRun()
    {
        if (Directory.Exists(_plan.Run)) return _plan.Run;
        string beside = Path.GetFullPath(Path.Combine(Folder, _plan.Beside));
        return Directory.Exists(beside) ? beside : throw new InvalidJobException(
            $"{Path.Combine(Folder, JobPlan.FileName)}: the run is no longer at {_plan.Run}; say where it is with --run FOLDER.");
    }

    /// <summary>Computes the pieces of a task that are not there, or not sound.</summary>
    /// <param name="number">The task, from 1.</param>
    /// <param name="run">The run.</param>
    /// <param name="options">The options that it was planned with.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between blocks.</param>
    /// <exception cref="InvalidJobException">The run or the options are not those of the plan, or pieces that the task needs are missing.</exception>
    /// <exception cref="ArgumentException">There is no such task.</exception>
    /// <exception cref="IOException">A piece cannot be written.</exception>
    public JobTaskResult Compute(int number, RecordedRun run, AnalysisOptions options, IProgress<AnalysisProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        RequireTask(number);
        RequireSame(run, options);
        JobFiles.RequireManifest(run, _plan);
        Directory.CreateDirectory(Path.Combine(Folder, JobPieces.FolderName));
        var task = Tasks[number - 1];
        var work = new JobTaskRunner(Folder, _plan, run, options);
        return task.Stage == JobStage.Kernels
            ? work.Kernels(task, new JobPieces(Folder, _plan.Id, missing: null), progress, cancellation)
            : work.Intervals(task, new JobPieces(Folder, _plan.Id, Damaged), progress, cancellation);
    }

    /// <summary>The analysis, with what the tasks computed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="options">The options that it was planned with.</param>
    /// <param name="progress">Receives stages and fractions.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    /// <exception cref="InvalidJobException">The run or the options are not those of the plan, or a piece is missing or damaged.</exception>
    /// <exception cref="InvalidRunException">The run is not sound.</exception>
    /// <exception cref="NumericalException">A computation failed.</exception>
    public ReservoirAnalysis Merge(RecordedRun run, AnalysisOptions options, IProgress<AnalysisProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        RequireSame(run, options);
        var pieces = new JobPieces(Folder, _plan.Id, Damaged);
        JobTask[] open = [.. Tasks.Where(t => t.Pieces.Any(p => !pieces.Has(p)))];
        if (open.Length > 0)
        {
            var first = open[0].Pieces.First(p => !pieces.Has(p));
            string others = open.Length == 1 ? "" : $"; tasks that are not done: {Ranges([.. open.Select(t => t.Number)])}";
            throw new InvalidJobException($"{pieces.PathOf(first)}: {first} is missing; {CommandFor(open[0].Number)} makes it{others}.");
        }
        JobFiles.Require(run, _plan, null, cancellation);
        var analysis = ReservoirPipeline.Run(run.Checkpoints, options with { Kernels = pieces, Cache = Entries(pieces) }, progress, cancellation);
        // What killed tasks left half written.
        foreach (string name in (string[])[JobPieces.FolderName, JobIntervals.FolderName])
            if (Path.Combine(Folder, name) is var part && Directory.Exists(part)) TemporaryFile.RemoveLeftovers(part, JobPieces.IsPiece);
        return analysis;
    }

    // The cache of the intervals; an entry that a task was to compute and that is not sound ends the merge, and names the task.
    private AnalysisCache? Entries(JobPieces pieces)
    {
        var intervals = Tasks.SelectMany(t => t.Pieces).Where(p => p.IsInterval).ToArray();
        if (intervals.Length == 0) return null;
        var owners = new Dictionary<string, JobPiece>(StringComparer.Ordinal);
        foreach (var piece in intervals)
        {
            var found = pieces.Read(piece, out string? defect) ?? throw Damaged(piece, defect ?? "it is not there");
            foreach (string path in JobIntervals.Entries(Folder, found))
            {
                if (!File.Exists(path)) throw Damaged(piece, $"its {Path.GetFileName(path)} is not there");
                owners[path] = piece;
            }
        }
        return JobIntervals.Open(Folder, text =>
        {
            foreach (var (path, piece) in owners)
                if (text.StartsWith(path + ": ", StringComparison.Ordinal)) throw Damaged(piece, text[(path.Length + 2)..].Split(';')[0], path);
        });
    }

    private InvalidJobException Damaged(JobPiece piece, string defect) => Damaged(piece, defect, new JobPieces(Folder, _plan.Id, null).PathOf(piece));

    private InvalidJobException Damaged(JobPiece piece, string defect, string path)
    {
        var task = Tasks.FirstOrDefault(t => t.Pieces.Contains(piece));
        return new InvalidJobException($"{path}: {piece}: {defect}; "
            + (task is null ? "it is in no task: plan the job again." : $"{CommandFor(task.Number)} makes it."));
    }

    private string CommandFor(int task) => FormattableString.Invariant($"kernelflow job run {(Folder.Contains(' ') ? $"'{Folder}'" : Folder)} --task {task}");

    private void RequireTask(int number)
    {
        if (number < 1 || number > Tasks.Count)
            throw new ArgumentException(FormattableString.Invariant($"task: found {number}, expected 1 to {Tasks.Count}, which is what the job has."),
                nameof(number));
    }

    private void RequireSame(RecordedRun run, AnalysisOptions options)
    {
        JobWork.RequireWindow(run, options);
        string path = Path.Combine(Folder, JobPlan.FileName);
        if (JobWork.Settings(options) != _plan.Settings)
            throw new InvalidJobException($"{path}: the options are not those that the job was planned with: {string.Join(' ', _plan.Arguments)}.");
        var found = options.Backend is { } b ? (b.Name, b.Core, b.Threads) : ("none", "none", 0);
        if (found != _plan.Backend)
            throw new InvalidJobException($"{path}: planned for the backend {Text(_plan.Backend)}, and this machine has {Text(found)}, whose numbers differ in "
                + "the last digits: run it on machines of one kind, or plan it with --backend managed.");
    }

    private static string Text((string Name, string Core, int Threads) b) => FormattableString.Invariant($"{b.Name}, core {b.Core}, threads {b.Threads}");

    /// <summary>Numbers as an array is asked for: 1-3,7.</summary>
    internal static string Ranges(IReadOnlyList<int> numbers)
    {
        var parts = new List<string>();
        for (int i = 0; i < numbers.Count;)
        {
            int last = i;
            while (last + 1 < numbers.Count && numbers[last + 1] == numbers[last] + 1) last++;
            parts.Add(last == i ? FormattableString.Invariant($"{numbers[i]}") : FormattableString.Invariant($"{numbers[i]}-{numbers[last]}"));
            i = last + 1;
        }
        return string.Join(',', parts);
    }
}
