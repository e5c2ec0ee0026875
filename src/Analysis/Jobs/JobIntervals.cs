using KernelFlow.Analysis.Cache;
using KernelFlow.Analysis.Intervals;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Jobs;

/// <summary>The intervals of a job: their operators are entries of a cache in its folder, which the merge reads as any analysis with that cache would. Of each
/// interval there is also a piece, which names its entries.</summary>
/// <param name="folder">The job's folder.</param>
/// <param name="run">The window.</param>
/// <param name="options">The options of the analysis.</param>
/// <param name="pieces">Where the kernels are, and where pieces are put.</param>
internal sealed class JobIntervals(string folder, CheckpointSequence run, AnalysisOptions options, JobPieces pieces)
{
    /// <summary>The folder of the cache.</summary>
    public const string FolderName = "intervals";

    // A cubic interpolant joins the checkpoint before an interval with that after it.
    private const int Beside = 1;

    /// <summary>Why an analysis has no intervals on their own; null where it has.</summary>
    public static string? Obstacle(CheckpointSequence run, AnalysisOptions options)
    {
        if (!options.ByInterval) return "it does not go by intervals";
        if (ModeChoice.Resolve(run, options).Mode != AnalysisMode.Flow) return "descent goes from step to step";
        return Interpolation.All.Contains(options.Interpolation) ? null : "the interpolation is none of this tool's own";
    }

    /// <summary>The checkpoints that an interval depends on.</summary>
    public static IEnumerable<int> CheckpointsOf(int interval, int count, AnalysisOptions options)
    {
        int more = options.Interpolation.NeedsDistantProducts ? Beside : 0;
        return Enumerable.Range(0, count).Where(k => k >= interval - more && k <= interval + 1 + more);
    }

    /// <summary>The cache of a job's folder.</summary>
    /// <param name="folder">The job's folder.</param>
    /// <param name="warn">Receives what is wrong with an entry, its path first.</param>
    public static AnalysisCache Open(string folder, Action<string>? warn) => AnalysisCache.OpenShared(Path.Combine(folder, FolderName), long.MaxValue, warn);

    /// <summary>The files of an interval's entries, from its piece.</summary>
    public static IEnumerable<string> Entries(string folder, Dictionary<string, DenseMatrix> piece) =>
        piece.Keys.Order(StringComparer.Ordinal).Select(name => Path.Combine(folder, FolderName, name));

    /// <summary>What is wrong with an interval, beginning with the file; null where nothing is, or where it was not computed.</summary>
    /// <param name="piece">The interval.</param>
    /// <param name="computed">Whether it was.</param>
    public string? Defect(JobPiece piece, out bool computed)
    {
        computed = pieces.Has(piece);
        if (!computed) return null;
        if (pieces.Read(piece, out string? defect) is not { } found) return $"{pieces.PathOf(piece)}: {defect}";
        foreach (string path in Entries(folder, found))
            if (EntryFile.Defect(path) is { } damaged) return $"{path}: {damaged}";
        return null;
    }

    /// <summary>Integrates an interval, or what is missing of it.</summary>
    /// <exception cref="InvalidJobException">A kernel that it needs is missing or damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Compute(JobPiece piece, CancellationToken cancellation)
    {
        string? failure = null;
        var cache = Open(folder, text => failure ??= text);
        // Whether kernels are joined by recorded products is decided for a run as a whole; where some lack them, a part does not tell.
        int[] used = IsEven() ? [.. CheckpointsOf(piece.A, run.Count, options)] : [.. Enumerable.Range(0, run.Count)];
        var window = Part(used);
        var outputs = OutputRecord.Read(window);
        var forming = new KernelForming(options.KernelRows, new From(pieces, used[0]));
        var kernels = TrajectoryBuilder.ReadIntervals(window, outputs, options.Backend!, options.Interpolation.NeedsDistantProducts, forming, cancellation);
        var asked = options with { Cache = cache };
        var input = new AnalysisInput(window, outputs, kernels, asked, options.Backend!) { Cache = RunCache.Of(window, asked, options.Backend!) };
        var trajectory = input.Interpolate(input.AllCheckpoints);
        int interval = piece.A - used[0];
        var entries = new Dictionary<string, DenseMatrix>();
        foreach (var source in Sources(input, trajectory))
        {
            _ = source.Get(interval, cancellation);
            string name = source.FileOf(interval), path = Path.Combine(cache.Folder, name);
            // A cache does without what it cannot write; a job cannot.
            if (!File.Exists(path)) throw new IOException(failure?.Split(';')[0] ?? $"{path}: it could not be written.");
            entries.Add(name, new DenseMatrix(1, 1));
        }
        pieces.Write(piece, entries);
    }

    private bool IsEven() => run.HasJacobians || run.SkipLast(1).Select(c => c.Tensors.Keys.ToHashSet()).All(run[0].Tensors.Keys.ToHashSet().SetEquals);

    // The main integration by its first rung; the second one as coarse as it begins.
    private IEnumerable<IntervalSource> Sources(AnalysisInput input, KernelTrajectory trajectory)
    {
        var main = input.Propagation(options.RelativeTolerance.Value!.Value);
        yield return IntervalIntegration.FirstRung(input, trajectory, main);
        if (!options.IndependentCheck) yield break;
        var (second, midpoints) = SecondIntegration.Of(trajectory, main with { Method = IntervalIntegration.Resolve(main).Method }, SecondIntegration.Coarse);
        yield return SecondByInterval.Source(input, trajectory, second, midpoints);
    }

    // The sums of its files were compared with the plan's when the task began.
    private CheckpointSequence Part(int[] used) => new(used.Select(k => run[k]), run.Loss, run.Test, run.Parameters)
    {
        Optimizer = run.Optimizer, Name = run.Name, InputHash = new Lazy<string>(""),
    };

    // Checkpoints of a part are counted from its first.
    private sealed class From(JobPieces pieces, int first) : KernelStore
    {
        public override bool TryRead(KernelPart part, IReadOnlyList<Numerics.MatrixView> into) => pieces.TryRead(Whole(part), into);

        public override void Write(KernelPart part, IReadOnlyList<Numerics.MatrixView> matrices) => pieces.Write(Whole(part), matrices);

        private KernelPart Whole(KernelPart part) => new(part.A + first, part.B + first, part.Block);
    }
}
