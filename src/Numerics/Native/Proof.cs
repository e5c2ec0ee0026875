using KernelFlow.Numerics.Managed;

namespace KernelFlow.Numerics.Native;

/// <summary>The checks of the routines of one library. They run once per process, those with several threads when several are first asked for.</summary>
/// <param name="backend">The library at every order, with one thread or two.</param>
/// <param name="patience">How long the checks may take; null for much more than those of a right library take on a slow machine. One that does not come back
/// cannot be stopped, but it need not be waited for.</param>
internal sealed class Proof(Func<int, Backend> backend, TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(5);
    private readonly List<RoutineCheck> _checks = [];
    private bool _one, _several;

    /// <summary>The checks that were made, in order; only the last one can have failed.</summary>
    public IReadOnlyList<RoutineCheck> Done { get; private set; } = [];

    /// <summary>The check that failed, or null.</summary>
    /// <param name="threads">How many threads will be used; 0 for one per processor.</param>
    public RoutineCheck? Failure(int threads)
    {
        threads = threads == 0 ? Environment.ProcessorCount : threads;
        if (!_one)
        {
            _one = true;
            Add(managed => RoutineChecks.Run(managed, backend(1)));
        }
        if (!_several && threads > 1 && _checks[^1].Passed)
        {
            _several = true;
            Add(managed => RoutineChecks.RunProducts(managed, backend(2)));
        }
        return _checks[^1].Passed ? null : _checks[^1];
    }

    /// <summary>The refusal of what failed a check. One that was not back in time may be right: the machine may be busy.</summary>
    /// <param name="who">What was checked, as the beginning of a sentence.</param>
    /// <param name="failed">The check.</param>
    /// <param name="instead">What to use in its place where it computes something else.</param>
    public BackendException Refusal(string who, RoutineCheck failed, string instead) => new(failed.TimedOut
        ? FormattableString.Invariant($"{who} is not used this time: the checks of its routines timed out, not back after {_patience.TotalSeconds} s, ")
            + "because the machine is busy or a routine does not come back. The next command tries again; 'managed' needs no checks."
        : $"{who} computes something else than it should and is not used ({failed}): {instead}, or use the backend 'managed'.")
        { Found = true, Checks = Done };

    private void Add(Func<Backend, IReadOnlyList<RoutineCheck>> run)
    {
        IReadOnlyList<RoutineCheck>? done = null;
        var thread = new Thread(() => done = run(new ManagedBackend(TileProduct.Best, 1))) { IsBackground = true, Name = "checks of a library" };
        thread.Start();
        bool ended = thread.Join(_patience);
        _checks.AddRange(ended ? done! : [new RoutineCheck("a routine", 0, "some case", double.NaN, 0,
            FormattableString.Invariant($"not back after {_patience.TotalSeconds} s")) { TimedOut = true }]);
        Done = [.. _checks];
    }
}
