using KernelFlow.Integrators;

namespace KernelFlow.Analysis;

/// <summary>Refuses options that are out of range or not built, by name.</summary>
internal static class OptionChecks
{
    private const double TightestTolerance = 1e-13, LoosestTolerance = 1e-3;

    public static void Check(AnalysisOptions o)
    {
        if (o.Mode is not ("auto" or "flow" or "descent")) throw new ArgumentException($"mode: found {o.Mode}, expected auto, flow or descent.");
        if (o.Interpolation is not ("linear" or "cubic")) throw new ArgumentException($"interpolation: found {o.Interpolation}, expected linear or cubic.");
        if (!SpectrumSolver.Names.Contains(o.Solver)) throw new ArgumentException($"solver: found {o.Solver}, expected one of {string.Join(", ", SpectrumSolver.Names)}.");
        if (o.Modes < 1) throw new ArgumentException(FormattableString.Invariant($"modes: found {o.Modes}, expected at least 1."));
        _ = MethodChoice.Of(o.Method);
        if (!(o.RelativeTolerance >= TightestTolerance && o.RelativeTolerance <= LoosestTolerance))
            throw new ArgumentException(FormattableString.Invariant($"rtol: found {o.RelativeTolerance}, expected {TightestTolerance} to {LoosestTolerance}."));
        if (!(o.Threshold > 0 && o.Threshold < 1)) throw new ArgumentException(FormattableString.Invariant($"threshold: found {o.Threshold}, expected more than 0 and less than 1."));
        if (!(o.Tolerance > 0)) throw new ArgumentException(FormattableString.Invariant($"tolerance: found {o.Tolerance}, expected more than 0."));
    }
}
