using System.Diagnostics;
using KernelFlow.Numerics;

namespace KernelFlow.StageCosts;

/// <summary>Follows the spans of an analysis and books costs on the innermost one.</summary>
/// <remarks>Allocations, CPU seconds and bytes are those of the process: where stages run beside each other (small runs on several threads) both show what
/// either did.</remarks>
internal sealed class StageListener : IDisposable
{
    private const string State = "state", Elsewhere = "opening and the rest", Own = "KernelFlow.StageCosts", Analyses = "KernelFlow.Analysis";
    private static readonly ActivitySource s_own = new(Own);
    private readonly ActivityListener _listener;
    private readonly Dictionary<string, StageCost> _stages = new(StringComparer.Ordinal);
    private readonly List<Open> _open = [];
    private readonly Thread _sampler;
    private volatile bool _stopped;

    public StageListener()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Analyses or Own,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = Started,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
        _sampler = new Thread(Watch) { IsBackground = true };
        _sampler.Start();
    }

    /// <summary>The stages in the order in which they began.</summary>
    public List<StageCost> Stages { get; } = [];

    /// <summary>A span of the caller's own.</summary>
    public static Activity? Begin(string name = Elsewhere) => s_own.StartActivity(name);

    /// <summary>Books a call of a dense kernel.</summary>
    public void Dense(string kernel, double flops, double seconds)
    {
        string name = Activity.Current?.OperationName ?? Elsewhere;
        lock (_stages) Of(name).Add(kernel, flops, seconds);
    }

    public void Dispose()
    {
        _stopped = true;
        _sampler.Join();
        _listener.Dispose();
    }

    private StageCost Of(string name)
    {
        if (_stages.TryGetValue(name, out var stage)) return stage;
        _stages[name] = stage = new StageCost(name);
        Stages.Add(stage);
        return stage;
    }

    private void Started(Activity activity)
    {
        lock (_stages)
        {
            var open = new Open(Of(activity.OperationName), activity.Parent?.GetCustomProperty(State) as Open, Environment.CurrentManagedThreadId);
            activity.SetCustomProperty(State, open);
            _open.Add(open);
            open.Start = Cost.Now();
        }
    }

    private void Stopped(Activity activity)
    {
        var now = Cost.Now();
        lock (_stages)
        {
            if (activity.GetCustomProperty(State) is not Open open) return;
            _open.Remove(open);
            var spent = now.Minus(open.Start);
            // What a part cost that ran on another thread, beside, is not taken off.
            if (open.Parent is { } parent && parent.Thread == open.Thread) parent.Parts = parent.Parts.Plus(spent);
            var own = spent.Minus(open.Parts);
            var stage = open.Stage;
            stage.Calls++;
            stage.Wall += own.Wall;
            stage.Cpu += own.Cpu;
            stage.Allocated += own.Allocated;
            stage.Moved += own.Moved;
        }
    }

    private void Watch()
    {
        const string status = "/proc/self/status";
        if (!File.Exists(status)) return;
        for (; !_stopped; Thread.Sleep(5))
        {
            string? line = File.ReadLines(status).FirstOrDefault(l => l.StartsWith("RssAnon", StringComparison.Ordinal));
            if (line is null) return;
            long bytes = 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
                System.Globalization.CultureInfo.InvariantCulture);
            lock (_stages)
                foreach (var open in _open) open.Stage.Peak = Math.Max(open.Stage.Peak, bytes);
        }
    }

    private sealed class Open(StageCost stage, Open? parent, int thread)
    {
        public StageCost Stage => stage;

        public Open? Parent => parent;

        public int Thread => thread;

        public Cost Start { get; set; }

        public Cost Parts { get; set; }
    }

    private readonly record struct Cost(double Wall, double Cpu, double Allocated, double Moved)
    {
        public static Cost Now() => new(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, Environment.CpuUsage.TotalTime.TotalSeconds,
            GC.GetTotalAllocatedBytes(), MemoryTraffic.Bytes);

        public Cost Minus(Cost o) => new(Wall - o.Wall, Cpu - o.Cpu, Allocated - o.Allocated, Moved - o.Moved);

        public Cost Plus(Cost o) => new(Wall + o.Wall, Cpu + o.Cpu, Allocated + o.Allocated, Moved + o.Moved);
    }
}
