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
        if (o.Reduction is null) throw new ArgumentException("reduce: found null, expected a choice of reduction or auto.");
        if (o.RelativeTolerance.Value is { } rtol && !(rtol >= AnalysisOptions.TightestTolerance && rtol <= AnalysisOptions.LoosestTolerance))
            throw new ArgumentException(FormattableString.Invariant($"rtol: found {rtol}, expected {AnalysisOptions.TightestTolerance} to ")
                + FormattableString.Invariant($"{AnalysisOptions.LoosestTolerance}."));
        if (!(o.Threshold > 0 && o.Threshold < 1))
            throw new ArgumentException(FormattableString.Invariant($"threshold: found {o.Threshold}, expected more than 0 and less than 1."));
        if (!Enum.IsDefined(o.Extent))
            throw new ArgumentException($"extent: found {o.Extent}, expected one of "
                + $"{string.Join(", ", ChoiceNames.All<AnalysisExtent>().Except([AnalysisExtent.MatrixFree.Name()]))}.");
        if (o.Extent == AnalysisExtent.MatrixFree)
            throw new ArgumentException("extent: matrix-free follows from solver matrix-free and is not asked for by itself.");
        if (o.Memory is { Bytes: < 1 }) throw new ArgumentException("memory: found no bytes, expected at least 1.");
        if (o.Solver == EigenSolver.MatrixFree && o.IsByInterval)
            throw new ArgumentException("solver: matrix-free forms no operators of intervals, so that windows, cache and by-interval cannot be had; leave out "
                + "the one or the other.");
        if (o.Solver == EigenSolver.MatrixFree && o.Reduction.IsAsked)
            throw new ArgumentException("solver: matrix-free applies the kernels as they are, so that no range is reduced; leave out the one or the other.");
        if (o.Solver == EigenSolver.MatrixFree && o.ScheduleOverStart)
            throw new ArgumentException("solver: matrix-free forms no operators, so that the schedule over the start cannot be had; leave out the one or the "
                + "other.");
        if (o.Extent == AnalysisExtent.ClaimsOnly && OfOperators(o) is { Length: > 0 } asked)
            throw new ArgumentException($"extent: claims-only forms no operators, so that {string.Join(" and ", asked)} cannot be had; leave out the one or "
                + "the other.");
        if (o.Windows is null) throw new ArgumentException("windows: found null, expected a list of windows.");
        if (o.KernelRows < 1) throw new ArgumentException(FormattableString.Invariant($"kernel rows: found {o.KernelRows}, expected at least 1."));
        if (!(o.Tolerance > 0)) throw new ArgumentException(FormattableString.Invariant($"tolerance: found {o.Tolerance}, expected more than 0."));
    }

    private static string[] OfOperators(AnalysisOptions o) =>
    [
        .. o.Solver == EigenSolver.Auto ? (string[])[] : [$"solver {o.Solver.Name()}"],
        .. o.Modes is null ? (string[])[] : [FormattableString.Invariant($"modes {o.Modes}")],
        .. o.Reduction.IsAsked ? (string[])[$"reduce {o.Reduction}"] : [],
        .. o.IsByInterval ? (string[])["intervals, windows or a cache of them"] : [],
        .. o.ScheduleOverStart ? (string[])["the schedule over the start"] : [],
    ];
}
