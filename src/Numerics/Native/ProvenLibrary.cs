using KernelFlow.Numerics.Managed;

namespace KernelFlow.Numerics.Native;

/// <summary>A library with what its routines showed. The checks run once per process, those with several threads when several are first asked for.</summary>
/// <param name="library">The library.</param>
/// <param name="patience">How long its checks may take; null for much more than those of a right library take on a slow machine. One that does not come back
/// cannot be stopped, but it need not be waited for.</param>
internal sealed class ProvenLibrary(BlasLibrary library, TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(5);
    private readonly List<RoutineCheck> _checks = [];
    private bool _one, _several;

    /// <summary>The library, when its routines compute what they should.</summary>
    /// <param name="threads">How many threads it will use; 0 for one per processor.</param>
    /// <exception cref="BackendException">They do not.</exception>
    public BlasLibrary Proven(int threads)
    {
        threads = threads == 0 ? Environment.ProcessorCount : threads;
        if (!_one)
        {
            _one = true;
            Add(managed => RoutineChecks.Run(managed, NativeBackend.Everywhere(library, 1)));
        }
        if (!_several && threads > 1 && _checks[^1].Passed)
        {
            _several = true;
            Add(managed => RoutineChecks.RunProducts(managed, NativeBackend.Everywhere(library, 2)));
        }
        library.Checks = [.. _checks];
        if (_checks[^1] is { Passed: false } failed)
        {
            throw new BackendException($"{library.Files} ({library.Name}) computes something else than it should and is not used ({failed}): install another "
                + "build, or use the backend 'managed'.") { Found = true, Checks = library.Checks };
        }
        return library;
    }

    private void Add(Func<Backend, IReadOnlyList<RoutineCheck>> run)
    {
        IReadOnlyList<RoutineCheck>? done = null;
        var thread = new Thread(() => done = run(new ManagedBackend(TileProduct.Best, 1))) { IsBackground = true, Name = "checks of a library" };
        thread.Start();
        bool ended = thread.Join(_patience);
        _checks.AddRange(ended ? done! : [new RoutineCheck("a routine", 0, "some case", double.NaN, 0,
            FormattableString.Invariant($"not back after {_patience.TotalSeconds} s"))]);
    }
}
