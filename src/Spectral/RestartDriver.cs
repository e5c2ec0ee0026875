using KernelFlow.Numerics;

namespace KernelFlow.Spectral;

/// <summary>The restarts of a Krylov factorization until the wanted ends of the spectrum are found, and the search for copies of them
/// that one Krylov space cannot hold.</summary>
/// <param name="state">The factorization that grows and is restarted.</param>
/// <param name="high">Values wanted from the upper end.</param>
/// <param name="low">Values wanted from the lower end.</param>
/// <param name="blockSize">b, the number of vectors that each step adds.</param>
/// <param name="floor">Relative residual that rounding allows.</param>
/// <param name="options">Tolerance and limits.</param>
/// <param name="progress">Told after every block.</param>
/// <param name="cancellation">Asked before every block.</param>
internal sealed class RestartDriver(
    IKrylovState state, int high, int low, int blockSize, double floor, LanczosOptions options,
    IProgress<LanczosProgress>? progress, CancellationToken cancellation)
{
    // A deflated search ends when its best value's residual is this far below the distance to the wanted ones: a hidden copy would have to be
    // weaker in the random start by that factor.
    private const double SafeShare = 1e-3;

    // Where further copies are searched for, pairs are locked, and their residuals, all together, enter those of what is found later:
    // shares of the tolerance for the pairs of the first search and for those of every later one.
    private const double FirstShare = 0.2, LaterShare = 0.1;

    // Values this close, relative to the largest, are one value to a Krylov space of the usual size.
    private const double Cluster = 1e-6;

    private readonly int _count = high + low;
    private double[] _values = [], _residuals = [];
    private double _norm;
    private int _converged, _nextCheck;
    private bool _checking;

    /// <summary>Largest magnitude of all values seen.</summary>
    public double Norm => _norm;

    /// <summary>Residual norm up to which a pair counts as converged.</summary>
    public double Allowed => Math.Max(options.Tolerance, floor) * _norm;

    /// <summary>The largest loss of orthogonality of the basis at the end of a search.</summary>
    public double OrthogonalityLoss { get; private set; }

    public int Restarts { get; private set; }

    public int DeflatedRestarts { get; private set; }

    public int FoundByDeflation { get; private set; }

    /// <summary>Between which values the rest of the spectrum lies, as far as it showed; empty (upper below lower) when nothing is left.</summary>
    public (double Lower, double Upper) Rest { get; private set; } = (double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>Runs to the end; then the wanted pairs are the locked ones.</summary>
    public MultiplicityEvidence Run()
    {
        _nextCheck = _count + Math.Max(blockSize, _count / 2);
        bool converged = Cycle(WantedHaveConverged);
        bool ample = converged && BlockIsAmple();
        if (converged && options.CheckMultiplicity && !ample && CompletionIsNear()) Cycle(() => false);
        bool complete = state.IsComplete;
        int[] wanted = Wanted();
        SetRest(wanted);
        Lock(wanted);
        if (complete) return MultiplicityEvidence.CompleteBasis;
        if (!converged) return MultiplicityEvidence.NotEstablished;
        if (!options.CheckMultiplicity) return MultiplicityEvidence.NotChecked;
        return ample ? MultiplicityEvidence.BlockExceedsMultiplicity : SearchComplement();
    }

    private bool IsFull => state.LockedValues.Count + state.Size + state.NextWidth > state.Capacity;

    private MultiplicityEvidence SearchComplement()
    {
        _checking = true;
        while (true)
        {
            state.StartAgain();
            DeflatedRestarts++;
            _nextCheck = Math.Min(2 * blockSize, state.Capacity - _count);
            bool ended = Cycle(NothingFurtherOrAllOfItConverged);
            int[] further = ended ? Found(Further()) : [];
            bool last = ended && Further().Length == 0;
            bool complete = state.IsComplete;
            SetRest(further);
            FoundByDeflation += further.Length;
            Lock(further); // not what is merely equal to the last one: it need not have converged
            if (!ended) return MultiplicityEvidence.NotEstablished;
            if (complete) return MultiplicityEvidence.CompleteBasis;
            if (last) return MultiplicityEvidence.DeflatedRestartsFoundNoFurther;
        }
    }

    // Grows and restarts the basis until the judge is content (true), or there have been too many restarts (false).
    private bool Cycle(Func<bool> judge)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            bool full = IsFull;
            if (!state.IsComplete && !full && (state.Size < _nextCheck || _count == state.Capacity))
            {
                state.Extend();
                progress?.Report(new LanczosProgress(state.Applications, Restarts, _converged, _checking));
                continue;
            }
            (_values, _residuals) = state.Approximations();
            if (_values.Length > 0) _norm = Math.Max(_norm, Math.Max(Math.Abs(_values[0]), Math.Abs(_values[^1])));
            bool content = judge();
            if (state.IsComplete || content) return true;
            if (!full)
            {
                _nextCheck = state.Size + Math.Max(blockSize, state.Size / 4);
                continue;
            }
            if (Restarts == options.MaximumRestarts) return false;
            Restarts++;
            Thicken();
            _nextCheck = int.MaxValue;
        }
    }

    private bool WantedHaveConverged()
    {
        int[] wanted = Wanted();
        double allowed = options.CheckMultiplicity ? FirstShare * Allowed : Allowed;
        int open = wanted.Count(j => _residuals[j] > allowed), known = Math.Min(_count, state.LockedValues.Count + _values.Length);
        _converged = known - open; // the wanted ones that are not in the basis are locked
        return _converged == _count && (!options.CheckMultiplicity || Frobenius(wanted) <= allowed);
    }

    private double Frobenius(int[] pairs) => Math.Sqrt(pairs.Sum(j => _residuals[j] * _residuals[j]));

    // Which Ritz pairs are among the wanted ones of locked and Ritz values together.
    private int[] Wanted()
    {
        int locked = state.LockedValues.Count;
        double[] all = [.. state.LockedValues, .. _values];
        return [.. Ends(all, high, low).Where(i => i >= locked).Select(i => i - locked)];
    }

    private bool NothingFurtherOrAllOfItConverged()
    {
        int[] further = Further();
        // Of a cluster some converge long before all do: when the basis is full, those are enough for this round.
        if (further.Length > 0) return IsFull ? Found(further).Length > 0 : Found(further).Length == further.Length;
        var (lowest, highest) = Edges();
        return (high == 0 || Settled(_values.Length - 1, lowest - _values[^1])) && (low == 0 || Settled(0, _values[0] - highest));
    }

    private int[] Found(int[] further) => [.. further.Where(j => _residuals[j] <= LaterShare * Allowed / Math.Sqrt(further.Length))];

    private bool Settled(int j, double gap) => _residuals[j] <= Math.Max(Allowed / 2, SafeShare * gap);

    // Ritz values of the complement that belong among the wanted ones; equal ones would change nothing.
    private int[] Further()
    {
        var (lowest, highest) = Edges();
        return [.. Enumerable.Range(0, _values.Length).Where(j => (high > 0 && _values[j] > lowest + Allowed) || (low > 0 && _values[j] < highest - Allowed))];
    }

    // The smallest of the values wanted from the upper end, and the largest of those from the lower end.
    private (double High, double Low) Edges()
    {
        double[] sorted = [.. state.LockedValues.Order()];
        return (high > 0 ? sorted[^high] : double.PositiveInfinity, low > 0 ? sorted[low - 1] : double.NegativeInfinity);
    }

    // Copies of a value beyond b can only be missing where b were found; copies of the last wanted value would change nothing.
    private bool BlockIsAmple()
    {
        double[] sorted = [.. Ends([.. state.LockedValues, .. _values], high, low).Select(Value).Order()];
        double same = Math.Max(4 * Allowed, Cluster * _norm);
        double highEdge = high > 0 ? sorted[^high] + Allowed : double.PositiveInfinity, lowEdge = low > 0 ? sorted[low - 1] - Allowed : double.NegativeInfinity;
        int copies = 0, most = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            copies = i > 0 && sorted[i] - sorted[i - 1] <= same ? copies + 1 : 1;
            if (sorted[i] > highEdge || sorted[i] < lowEdge) most = Math.Max(most, copies);
        }
        return most < blockSize;
    }

    // What is left of the space is no more than what was done: completing it is the surest search, and hardly dearer.
    private bool CompletionIsNear()
    {
        int done = state.LockedValues.Count + state.Size;
        return state.Capacity == state.Dimension && state.Dimension - done <= done;
    }

    private double Value(int i) => i < state.LockedValues.Count ? state.LockedValues[i] : _values[i - state.LockedValues.Count];

    // Locks these pairs and gives up all others, and of the locked ones those beyond the count.
    private void Lock(int[] pairs)
    {
        state.Restart(pairs, []);
        if (state.LockedValues.Count > _count) state.KeepLocked(Ends([.. state.LockedValues], high, low));
    }

    private void SetRest(int[] wanted)
    {
        OrthogonalityLoss = Math.Max(OrthogonalityLoss, state.OrthogonalityLoss());
        int[] rest = [.. Enumerable.Range(0, _values.Length).Except(wanted)];
        double lower = low > 0 ? double.PositiveInfinity : double.NegativeInfinity, upper = high > 0 ? double.NegativeInfinity : double.PositiveInfinity;
        if (rest.Length > 0 && high > 0) upper = _values[rest[^1]] + _residuals[rest[^1]];
        if (rest.Length > 0 && low > 0) lower = _values[rest[0]] - _residuals[rest[0]];
        bool unseen = rest.Length == 0 && !state.IsComplete;
        Rest = unseen ? (double.NegativeInfinity, double.PositiveInfinity) : (lower, upper);
    }

    // Keeps the wanted pairs and part of the others: they hold what the basis knows of the neighbourhood. Pairs converged to rounding are locked.
    private void Thicken()
    {
        int[] wanted = _checking ? [] : Wanted();
        double rounding = Tolerances.Epsilon * _norm;
        int[] locked = [.. wanted.Where(j => _residuals[j] <= rounding).Take(_count - state.LockedValues.Count)];
        int active = wanted.Length - locked.Length, room = state.Capacity - state.LockedValues.Count - locked.Length - state.NextWidth;
        int needed = _checking ? Math.Max(1, Further().Length) : active;
        int kept = Math.Max(Math.Min(RestartSize(needed, room), room), 0);
        int[] free = [.. Enumerable.Range(0, _values.Length).Except(locked)];
        kept = Math.Min(kept, free.Length);
        int fromHigh = low == 0 ? kept : high == 0 ? 0 : (int)Math.Ceiling((double)kept * high / _count);
        state.Restart(locked, [.. free[..(kept - fromHigh)], .. free[^fromHigh..]]);
    }

    // How much more than needed is kept: the further pairs have converged, the more of the neighbourhood the last ones need. The shares are measured,
    // on spectra whose gaps at the end grow, shrink or stay (docs/spectral.md).
    private int RestartSize(int needed, int room)
    {
        double share = needed == 1 ? 0.5 : _checking ? 0.3 : 0.2 + 0.5 * _converged / _count;
        int free = Math.Max(0, room - needed);
        return needed + Math.Max(0, Math.Min((int)(share * free), free - 2 * blockSize)); // at least three blocks before the next restart, where there is room
    }

    /// <summary>Indices of the <paramref name="high"/> largest and <paramref name="low"/> smallest values, ascending;
    /// all of them when there are no more.</summary>
    private static int[] Ends(double[] values, int high, int low)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        if (order.Length <= high + low) return [.. order.Order()];
        return [.. order[..low].Concat(order[^high..]).Order()];
    }
}
