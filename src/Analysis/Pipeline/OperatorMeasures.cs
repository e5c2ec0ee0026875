using KernelFlow.Analysis.Measures;

namespace KernelFlow.Analysis;

/// <summary>What is measured on the operators and their eigenpairs: spectrum, schedule, noise, inclusion, and the second carry.</summary>
internal static class OperatorMeasures
{
    /// <summary>Measures; the second carry and the relative dissipation run beside the rest.</summary>
    public static Measurements Of(StudiedWindow window, RecordedMeasures beside, SecondThread second, StageProgress stages, CancellationToken cancellation)
    {
        var (input, model, solution) = window;
        double? beta = model.Fraction.OrNull();
        var carry = second.Run(stop => SecondCarry.Run(model, solution.Pairs.Vectors, input.Checkpoints.Count, input.Options.Seed, stop));
        var spectrum = SpectrumBuilder.Build(solution.Pairs, model.Fraction, input.Options.Threshold);

        stages.Report("budget", 0);
        var overStart = model.ScheduleOverStart(input, cancellation);
        var schedule = new SpectralSchedule
        {
            OverEnd = ScheduleBuilder.OverEnd(input.Outputs.Times, model.PartialGramians, model.Propagation.W_S, solution.Pairs.Values, beta, input.Options.Threshold, input.Backend,
                Seeds.From(0, input.Options.Seed), cancellation),
            OverStart = overStart,
        };
        var noise = NoiseBuilder.Build(input.Checkpoints, input.Outputs, model.PartialGramians, (model.Propagation.W_S, solution.Pairs), schedule.OverEnd, beta, input.Backend,
            cancellation);
        var relative = second.Run(_ => model.RelativeDissipation(input));
        var inclusion = InclusionCheck.Run(window, model.Second, spectrum, cancellation);
        return new Measurements(spectrum, schedule, beside.Evolution, noise, beside.Gate, inclusion, carry, relative);
    }
}
