using KernelFlow.Numerics;

namespace KernelFlow.Spectral;

/// <summary>The restarts of a Krylov factorization until the wanted ends of the spectrum are found, and the search for copies of them that one Krylov space cannot hold.</summary>
/// <param name="state">The factorization.</param>
/// <param name="high">Values wanted from the upper end.</param>
/// <param name="low">Values wanted from the lower end.</param>
/// <param name="blockSize">b.</param>
/// <param name="floor">Relative residual that rounding allows.</param>
/// <param name="options">Tolerance and limits.</param>
/// <param name="progress">Told after every block.</param>
/// <param name="cancellation">Asked before every block.</param>
internal sealed class RestartDriver(
    IKrylovState state, int high, int low, int blockSize, double floor, LanczosOptions options, IProgress<LanczosProgress>? progress, CancellationToken cancellation)
{
    // A deflated search ends when its best value's residual is this far below the distance to the wanted ones: a hidden copy would have to be
    // weaker in the random start by that factor.
    private const double SafeShare = 1e-3;

    // Where further copies will be searched for, pairs are locked: their residuals enter those of what is found later.
    private const double LockedShare = 0.25;

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
        bool complete = state.IsComplete, ample = converged && BlockIsAmple();
        SetRest();
        LockWanted();
        if (complete) return MultiplicityEvidence.CompleteBasis;
        if (!converged) return MultiplicityEvidence.NotEstablished;
        if (!options.CheckMultiplicity) return MultiplicityEvidence.NotChecked;
        return ample ? MultiplicityEvidence.BlockExceedsMultiplicity : SearchComplement();
    }

    private MultiplicityEvidence SearchComplement()
    {
        _checking = true;
        while (true)
        {
            state.StartAgain();
            DeflatedRestarts++;
            _nextCheck = Math.Min(2 * blockSize, state.Capacity - _count);
            bool ended = Cycle(NothingFurtherOrAllOfItConverged);
            int[] further = ended ? Further() : [];
            bool complete = state.IsComplete;
            SetRest();
            if (ended && (further.Length == 0 || complete))
            {
                LockWanted();
                return complete ? MultiplicityEvidence.CompleteBasis : MultiplicityEvidence.DeflatedRestartsFoundNoFurther;
            }
            if (!ended)
            {
                state.Restart([], []);
                return MultiplicityEvidence.NotEstablished;
            }
            FoundByDeflation += further.Length;
            LockWanted();
        }
    }

    // Grows and restarts the basis until the judge is content (true), or there have been too many restarts (false).
    private bool Cycle(Func<bool> judge)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            bool full = state.LockedValues.Count + state.Size + state.NextWidth > state.Capacity;
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
        double allowed = Allowed * (options.CheckMultiplicity ? LockedShare : 1);
        int[] wanted = Wanted();
        int open = wanted.Count(j => _residuals[j] > allowed), known = Math.Min(_count, state.LockedValues.Count + _values.Length);
        _converged = known - open; // the wanted ones that are not in the basis are locked
        return _converged == _count;
    }

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
        if (further.Length > 0) return further.All(j => _residuals[j] <= Allowed / 2);
        var (lowest, highest) = Edges();
        return (high == 0 || Settled(_values.Length - 1, lowest - _values[^1])) && (low == 0 || Settled(0, _values[0] - highest));
    }

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
        double same = 4 * Allowed;
        double highEdge = high > 0 ? sorted[^high] + same : double.PositiveInfinity, lowEdge = low > 0 ? sorted[low - 1] - same : double.NegativeInfinity;
        int copies = 0, most = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            copies = i > 0 && sorted[i] - sorted[i - 1] <= same ? copies + 1 : 1;
            if (sorted[i] > highEdge || sorted[i] < lowEdge) most = Math.Max(most, copies);
        }
        return most < blockSize;
    }

    private double Value(int i) => i < state.LockedValues.Count ? state.LockedValues[i] : _values[i - state.LockedValues.Count];

    // Locks the wanted pairs and gives up all others.
    private void LockWanted()
    {
        state.Restart(Wanted(), []);
        if (state.LockedValues.Count > _count) state.KeepLocked(Ends([.. state.LockedValues], high, low));
    }

    private void SetRest()
    {
        OrthogonalityLoss = Math.Max(OrthogonalityLoss, state.OrthogonalityLoss());
        int[] wanted = Wanted();
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

    // How much more than needed is kept: the further pairs have converged, the more of the neighbourhood the last ones need. The shares are measured, on spectra whose
    // gaps at the end grow, shrink or stay (docs/spectral.md).
    private int RestartSize(int needed, int room)
    {
        double share = needed == 1 ? 0.5 : 0.2 + 0.5 * _converged / _count;
        return needed + (int)(share * Math.Max(0, room - needed));
    }

    /// <summary>Indices of the <paramref name="high"/> largest and <paramref name="low"/> smallest values, ascending; all of them when there are no more.</summary>
    private static int[] Ends(double[] values, int high, int low)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        if (order.Length <= high + low) return [.. order.Order()];
        return [.. order[..low].Concat(order[^high..]).Order()];
    }
}
