namespace KernelFlow.Analysis;

/// <summary>Refuses options that are out of range or not built, by name.</summary>
internal static class OptionChecks
{
    public static void Check(AnalysisOptions o)
    {
        if (!Enum.IsDefined(o.Mode)) throw new ArgumentException($"mode: found {o.Mode}, expected {string.Join(", ", ChoiceNames.All<AnalysisMode>())}.");
        if (o.Interpolation is null) throw new ArgumentException("interpolation: found null, expected an interpolation.");
        if (!Enum.IsDefined(o.Solver))
            throw new ArgumentException($"solver: found {o.Solver}, expected one of {string.Join(", ", ChoiceNames.All<EigenSolver>())}.");
        if (o.Modes < 1) throw new ArgumentException(FormattableString.Invariant($"modes: found {o.Modes}, expected at least 1."));
        if (o.Method is null) throw new ArgumentException("method: found null, expected a method or auto.");
        if (o.RelativeTolerance is null) throw new ArgumentException("rtol: found null, expected a tolerance or auto.");
        if (o.RelativeTolerance.Value is { } rtol && !(rtol >= AnalysisOptions.TightestTolerance && rtol <= AnalysisOptions.LoosestTolerance))
            throw new ArgumentException(FormattableString.Invariant($"rtol: found {rtol}, expected {AnalysisOptions.TightestTolerance} to ")
                + FormattableString.Invariant($"{AnalysisOptions.LoosestTolerance}."));
        if (!(o.Threshold > 0 && o.Threshold < 1))
            throw new ArgumentException(FormattableString.Invariant($"threshold: found {o.Threshold}, expected more than 0 and less than 1."));
        if (!(o.Tolerance > 0)) throw new ArgumentException(FormattableString.Invariant($"tolerance: found {o.Tolerance}, expected more than 0."));
    }
}
