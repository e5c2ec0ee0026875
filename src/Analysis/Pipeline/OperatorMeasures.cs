using KernelFlow.Analysis.Measures;

namespace KernelFlow.Analysis;

/// <summary>What is measured on the operators and their eigenpairs: spectrum, schedule, noise, inclusion, and the second carry.</summary>
internal static class OperatorMeasures
{
    /// <summary>Measures; the second carry and the relative dissipation run beside the rest.</summary>
    public static Measurements Of(StudiedWindow window, RecordedMeasures beside, SideThread second, StageProgress stages, CancellationToken cancellation)
    {
        var (input, model, solution) = window;
        var carry = second.Run(stop => WorkSpans.In("second carry",
            () => SecondCarry.Run(model, solution.Pairs, input.Checkpoints.Count, input.Options.Seed, stop)));
        var spectrum = WorkSpans.In("spectrum",
            () => SpectrumBuilder.Build(solution, input.Space.RestrictSymmetric(model.Propagation.W_S), model.Fraction, input.Options.Threshold));

        stages.Report("budget", 0);
        var overStart = model.ScheduleOverStart(input, cancellation);
        var schedule = WorkSpans.In("schedule",
            () => ScheduleBuilder.OverEnd(window, cancellation).Map(points => new SpectralSchedule { OverEnd = points, OverStart = overStart }));
        var noise = WorkSpans.In("noise placement", () => NoiseBuilder.Build(window, schedule, cancellation));
        var relative = second.Run(_ => WorkSpans.In("relative dissipation", () => model.RelativeDissipation(input)));
        // Where nothing runs beside the main thread, however many threads there are, the vectors of the second carry serve the second integration, too.
        if (model.Propagation.P.RowCount >= SideThread.SingleThreadOrder && model.Second.TryGet(out var integration)
            && carry.Value.TryGet(out var carried)) integration.Carried = carried;
        var inclusion = WorkSpans.In("inclusion", () => InclusionCheck.Run(window, model.Second, spectrum, cancellation));
        return new Measurements(spectrum, schedule, beside.Evolution, noise, beside.Gate, inclusion, carry, relative);
    }
}
