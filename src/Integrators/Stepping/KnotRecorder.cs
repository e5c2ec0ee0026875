using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>What is wanted at the knots: vectors carried from s, vectors carried across one interval, and W_S so far.</summary>
internal sealed class KnotRecorder(CarriedVectors wanted, FlowState state)
{
    private int _knot;

    /// <summary>P(t_k, s)·v at the knots passed.</summary>
    public List<double[]> Transported { get; } = [];

    /// <summary>P(t_{k+1}, t_k)·v_k of the intervals passed.</summary>
    public List<double[]> IntervalTransported { get; } = [];

    /// <summary>W_S(s, t_k) at the knots asked for.</summary>
    public List<PartialGramian> PartialGramians { get; } = [];

    /// <summary>At the first knot.</summary>
    public void Start() => AtKnot();

    /// <summary>Puts the vector of an interval among the columns of X.</summary>
    public void BeginInterval(int interval)
    {
        if (wanted.PerInterval is { } vectors) vectors[interval].CopyTo(state.X.Column(state.Layout.Interval));
    }

    /// <summary>At the knot that ends an interval.</summary>
    public void EndInterval()
    {
        if (wanted.PerInterval is not null) IntervalTransported.Add(state.X.Column(state.Layout.Interval).ToArray());
        _knot++;
        AtKnot();
    }

    private void AtKnot()
    {
        if (wanted.KeepGramianAt.Contains(_knot))
            PartialGramians.Add(new PartialGramian(_knot, state.GramianSoFar()) { Response = wanted.RespondTo is { } v ? state.RespondSoFar(v) : null });
        if (wanted.Start is { } start) Transported.Add(state.Carry(start));
    }
}
