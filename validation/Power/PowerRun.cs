using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Power;

/// <summary>What the analysis of one spoilt recording said, beside that of the honest one.</summary>
/// <param name="Corruption">What is wrong.</param>
/// <param name="Group">The kind of the recording.</param>
/// <param name="Honest">The honest outcome.</param>
/// <param name="Spoilt">The outcome of the spoilt recording.</param>
internal sealed record PowerOutcome(string Corruption, PowerGroup Group, CalibrationOutcome Honest, CalibrationOutcome Spoilt)
{
    /// <summary>A budget below this part of the effect resolves it.</summary>
    public const double Resolution = 1 / 3.0;

    /// <summary>The claims that are violated.</summary>
    public IEnumerable<string> Violated => Spoilt.Claims.Where(c => c.Verdict == Verdict.Violated).Select(c => c.Id);

    /// <summary>Whether a claim about data or consistency is violated.</summary>
    public bool IsSeen => Violated.Any();

    /// <summary>The claim with the largest effect beside its honest budget, and that ratio: the effect is the change of the claim's number. Null where no claim
    /// has a known budget.</summary>
    public (string Claim, double Ratio)? Effect
    {
        get
        {
            (string, double)? largest = null;
            foreach (var honest in Honest.Claims.Where(c => CalibrationFigures.DataClaims.Contains(c.Id) && CalibrationFigures.IsJudged(c)))
            {
                if (honest.Budget?.Sum is not { } budget || honest.RelativeError.OrNull() is not { } error) continue;
                if (Spoilt.Claims.FirstOrDefault(c => c.Id == honest.Id)?.RelativeError.OrNull() is not { } other) continue;
                double ratio = double.IsNaN(other) ? double.PositiveInfinity : Math.Abs(other - error) / budget;
                if (largest is not { } l || ratio > l.Item2) largest = (honest.Id, ratio);
            }
            return largest;
        }
    }

    /// <summary>Whether the budget of a claim is below a third of the effect.</summary>
    public bool IsResolved => Effect is { } effect && effect.Ratio * Resolution > 1;
}

/// <summary>Records a training once and analyses it with everything that can be wrong with it.</summary>
internal static class PowerRun
{
    /// <summary>The outcomes of a group and a seed; the first is that of nothing wrong.</summary>
    public static IReadOnlyList<PowerOutcome> Of(PowerGroup group, long seed, IReadOnlyList<Corruption> corruptions, Backend backend,
        CancellationToken cancellation)
    {
        var training = PowerTrainings.Of(group, seed);
        var recording = training.RecordAll(backend, cancellation);
        var subject = new PowerSubject(group, recording, training.Form, backend, cancellation);
        CalibrationOutcome Outcome(CheckpointSequence run) =>
            CalibrationRun.Of(recording with { Training = training, Checkpoints = run }, backend, cancellation);
        var honest = Outcome(subject.Honest);
        var outcomes = new List<PowerOutcome> { new(Corruptions.None.Name, group, honest, honest) };
        foreach (var corruption in corruptions.Where(c => c.Groups.Contains(group)))
            if (corruption.Apply(subject) is { } spoilt) outcomes.Add(new PowerOutcome(corruption.Name, group, honest, Outcome(spoilt)));
        return outcomes;
    }
}
