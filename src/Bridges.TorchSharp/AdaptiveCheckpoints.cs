using System.Diagnostics;

namespace KernelFlow.Recording;

/// <summary>The rule of adaptive checkpoints in a recording: what its tests cost, what files take, and what fired.</summary>
internal sealed class AdaptiveCheckpoints : IDisposable
{
    private readonly TorchProbes _probes;
    private readonly AdaptiveRule _rule;
    private readonly RunRecording _run;
    private readonly MemoryForecast _forecast;
    private readonly Stopwatch _spent = new();
    private int _counted;
    private long _bytes;

    public AdaptiveCheckpoints(AdaptiveSchedule schedule, CheckpointMaker maker, RunRecording run, MemoryForecast forecast)
    {
        _probes = new TorchProbes(schedule, maker);
        _rule = new AdaptiveRule(schedule, _probes);
        _run = run;
        _forecast = forecast;
    }

    /// <summary>Whether a test passes its tolerance at this step, or it is the first.</summary>
    public bool IsDue(long step)
    {
        using var clock = Spend();
        bool due = _rule.IsDue(step, _spent.Elapsed.TotalSeconds, Bytes(), _forecast.PerCheckpoint);
        if (due && _rule.FiredText is { } fired) _run.State(AdaptiveSchedule.FiredKey, fired);
        return due;
    }

    /// <summary>Later tests compare with the present state.</summary>
    public void Recorded(long step) => _rule.Recorded(step);

    /// <summary>Counts time until the result is disposed.</summary>
    public IDisposable Spend() => new Counting(_spent);

    public void Dispose() => _probes.Dispose();

    private long Bytes()
    {
        for (; _counted < _run.Checkpoints.Count; _counted++)
            _bytes += _run is RunWriter writer ? new FileInfo(Path.Combine(writer.Folder, _run.Checkpoints[_counted].File)).Length : _forecast.PerCheckpoint;
        return _bytes;
    }

    private sealed class Counting : IDisposable
    {
        private readonly Stopwatch _watch;

        public Counting(Stopwatch watch)
        {
            _watch = watch;
            watch.Start();
        }

        public void Dispose() => _watch.Stop();
    }
}
