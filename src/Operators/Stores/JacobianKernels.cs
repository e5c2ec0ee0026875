using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The kernels of a run with Jacobians: all at once and kept where they are few, a few checkpoints at a time and put on a shelf where they are
/// many.</summary>
internal sealed class JacobianKernels
{
    // A cubic interpolant joins four checkpoints, which are ten products; a step of descent on it needs the skew part of one.
    private const int Together = 11;

    // With more checkpoints at a time Jacobians are read less often, and more is held: 5 products, or 10 N², for each.
    private const int Window = 2;

    private readonly CheckpointSequence _checkpoints;
    private readonly Backend _backend;
    private readonly KernelShelf? _shelf;
    private readonly CancellationToken _cancellation;
    private readonly KernelForming _forming;

    /// <param name="checkpoints">Checkpoints with J_S and J_Q.</param>
    /// <param name="terms">How many products there will be.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="memory">How much is kept in memory.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    /// <param name="forming">In which blocks they are formed, and where blocks are kept.</param>
    public JacobianKernels(CheckpointSequence checkpoints, int terms, Backend backend, KernelMemory memory, CancellationToken cancellation,
        KernelForming? forming = null)
    {
        (_checkpoints, _backend, _cancellation, _forming) = (checkpoints, backend, cancellation, forming ?? KernelForming.Default);
        _shelf = memory.CacheFor(checkpoints.TrainSize, checkpoints.TestSize, terms, Together) is { } cache ? new KernelShelf(cache) : null;
    }

    /// <summary>The products of all checkpoints and of some pairs.</summary>
    /// <param name="pairs">(a, b), a ≤ b.</param>
    /// <param name="ordered">Which of them need <see cref="KernelTerm.Skew"/>.</param>
    /// <param name="progress">Receives the share done.</param>
    public Dictionary<(int A, int B), KernelTerm> Form(IReadOnlyCollection<(int A, int B)> pairs, Func<(int A, int B), bool> ordered, Action<double>? progress)
    {
        // Windows of few checkpoints divide factors as the whole does, so that what they form is the same.
        int reach = pairs.Max(q => q.B - q.A);
        if (_shelf is null)
            return GramPass.Form(_checkpoints, pairs, ordered, _backend, FactorLimits.Default, progress, _cancellation, null, _forming, reach);
        var terms = new Dictionary<(int A, int B), KernelTerm>();
        for (int first = 0; first < _checkpoints.Count; first += Window)
        {
            int next = Math.Min(first + Window, _checkpoints.Count), before = first;
            (int A, int B)[] here = [.. pairs.Where(q => q.B >= before && q.B < next), .. Enumerable.Range(first, next - first).Select(k => (k, k))];
            foreach (var (pair, term) in GramPass.Form(_checkpoints, here, ordered, _backend, FactorLimits.Default,
                f => progress?.Invoke((before + f * (next - before)) / _checkpoints.Count), _cancellation, terms,
                _forming, reach))
                terms.Add(pair, _shelf.Put(term));
        }
        return terms;
    }

    /// <summary>A term that was formed in another way, kept as the others are.</summary>
    public KernelTerm Keep(KernelTerm term) => _shelf?.Put(term) ?? term;
}
