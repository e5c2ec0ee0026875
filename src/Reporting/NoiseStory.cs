using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting;

/// <summary>The theory's story of label noise, told from one analysis: in an early window the noise lies in the soft reservoir and the test outputs hardly see
/// it; in the whole window it has moved into the signal channel, and they do.</summary>
/// <remarks>The early window is chosen by the clean signal alone, and the criteria are constants, so that neither is fitted to what the noise does
/// (docs/noise-story.md).</remarks>
public sealed record NoiseStory
{
    /// <summary>The early window is the first in which training has dissipated this share of the energy of the clean signal.</summary>
    public const double Learned = 0.9;

    /// <summary>At least this share of the noise lies in the reservoir in the early window.</summary>
    public const double Trapped = 0.8;

    /// <summary>At most this share of it is left there in the whole window.</summary>
    public const double Left = 0.3;

    /// <summary>In the early window a unit of noise moves the test outputs by at most this multiple of what a unit of clean signal does.</summary>
    public const double Unseen = 0.5;

    /// <summary>That multiple grows at least by this factor until the end.</summary>
    public const double Growth = 2;

    private NoiseStory(NoisePoint early, NoisePoint late, int noisy, ReservoirAnalysis analysis)
    {
        (Early, Late, NoisyExamples, Threshold) = (early, late, noisy, analysis.Options.Threshold);
        (Train, From) = (analysis.Run.Train, analysis.Window.From);
        Failed = [.. Criteria().Where(c => !c.Met).Select(c => c.Text)];
    }

    /// <summary>The early window.</summary>
    public NoisePoint Early { get; }

    /// <summary>The whole window.</summary>
    public NoisePoint Late { get; }

    /// <summary>n, the number of training examples.</summary>
    public int Train { get; }

    /// <summary>s, the flow time at which both windows begin.</summary>
    public double From { get; }

    /// <summary>Those of them whose label was changed.</summary>
    public int NoisyExamples { get; }

    /// <summary>δ: the reservoir is made of the modes that lost less than this share of their energy.</summary>
    public double Threshold { get; }

    /// <summary>The criteria that are not met, in words with numbers; the story is shown where there is none.</summary>
    public IReadOnlyList<string> Failed { get; }

    /// <summary>Whether every criterion is met.</summary>
    public bool IsShown => Failed.Count == 0;

    /// <summary>The answer in one sentence.</summary>
    public string Verdict => IsShown
        ? "The noise lay in the soft reservoir, where the test outputs hardly saw it, and then moved into the signal channel, where they do."
        : $"This run does not show noise that moves from the reservoir into the signal channel: {string.Join("; ", Failed)}.";

    /// <summary>The story in four sentences with the numbers of the operators.</summary>
    public IReadOnlyList<string> Sentences =>
    [
        $"{Count(NoisyExamples)} of {Count(Train)} training labels are false; the early window [{Short(From)}, {Short(Early.Time)}] is the first in which "
            + $"training dissipated {Percent(Learned)} of the clean signal, the late one [{Short(From)}, {Short(Late.Time)}] is all of it.",
        $"Early, {Percent(Early.Noise.ReservoirShare)} of the noise lies in the soft reservoir (modes that lost less than {Percent(Threshold)} of their "
            + $"energy), but only {Percent(Early.Clean.ReservoirShare)} of the clean signal.",
        $"A unit of noise then moves the test outputs {Short(Early.RelativeResponse, 2)} times as far as a unit of clean signal (‖G_Q v‖/‖v‖).",
        $"Late, {Percent(Late.Noise.ReservoirShare)} of the noise is left in the reservoir, and a unit of it moves the test outputs "
            + $"{Short(Late.RelativeResponse, 2)} times as far as one of clean signal.",
    ];

    /// <summary>The story of an analysis, or why it has none: there is no label noise, it was not measured, or the clean signal was never learned.</summary>
    public static Known<NoiseStory> Of(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        if (!analysis.NoisePlacement.TryGet(out var noise)) return Known.Unknown<NoiseStory>(analysis.NoisePlacement.Reason!);
        if (noise.Points.Any(p => p.Clean.Dissipated is null))
            return Known.Unknown<NoiseStory>("which share of the clean signal was dissipated is known for B = βI in flow only");
        if (noise.Points.Any(p => p.RelativeResponse is null))
            return Known.Unknown<NoiseStory>("the response of the test outputs to the noise was not computed");
        var early = noise.Points.FirstOrDefault(p => p.Clean.Dissipated >= Learned);
        return early is null || ReferenceEquals(early, noise.Points[^1])
            ? Known.Unknown<NoiseStory>($"no window before the end has dissipated {Percent(Learned)} of the clean signal")
            : Known.Of(new NoiseStory(early, noise.Points[^1], noise.NoisyExamples, analysis));
    }

    private IEnumerable<(bool Met, string Text)> Criteria()
    {
        double early = Early.RelativeResponse!.Value, late = Late.RelativeResponse!.Value;
        yield return (Early.Noise.ReservoirShare >= Trapped,
            $"early, {Percent(Early.Noise.ReservoirShare)} of the noise lies in the reservoir, expected at least {Percent(Trapped)}");
        yield return (Late.Noise.ReservoirShare <= Left,
            $"late, {Percent(Late.Noise.ReservoirShare)} of it is still there, expected at most {Percent(Left)}");
        yield return (early <= Unseen,
            $"early, a unit of it moves the test outputs {Short(early, 2)} times as far as one of clean signal, expected at most {Short(Unseen)} times");
        yield return (late >= Growth * early, $"the response grows {Short(late / early, 2)} times, expected at least {Short(Growth)} times");
    }
}
