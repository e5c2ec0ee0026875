namespace KernelFlow.Integrators;

/// <summary>The estimated errors of the columns of one model, absolute, as they add up over the steps.</summary>
/// <remarks>Nothing cancels: the differences of two rules are added by size, and what is wrong with the columns at the start of a step is wrong with what the
/// step adds to the sums, by the same share.</remarks>
internal sealed class ColumnErrors
{
    private double _p, _w, _gs, _gq;

    public void Clear() => (_p, _w, _gs, _gq) = (0, 0, 0, 0);

    /// <summary>Adds a step.</summary>
    /// <param name="found">Differences of the two rules in P, W, G_S and G_Q.</param>
    /// <param name="added">Norms of what the step adds to W, G_S and G_Q; the first is the norm of the columns at its start.</param>
    public void Add(in OperatorNorms found, in OperatorNorms added)
    {
        double share = added.P > 0 ? _p / added.P : 0;
        _w += found.W + 2 * share * added.W;
        _gs += found.GS + share * added.GS;
        _gq += found.GQ + share * added.GQ;
        _p += found.P;
    }

    /// <summary>Adds to the error of G_Q alone.</summary>
    public void AddTest(double found, double added, double columns) => _gq += found + (columns > 0 ? _p / columns : 0) * added;

    public IntegrationError RelativeTo(in OperatorNorms norms) => new(OperatorNorms.Relative(_p, norms.P), OperatorNorms.Relative(_w, norms.W),
        Math.Max(OperatorNorms.Relative(_gs, norms.GS), OperatorNorms.Relative(_gq, norms.GQ)));
}
