using KernelFlow.Files;

namespace KernelFlow.Analysis.Diagnosis;

/// <summary>What likely causes are told from: the claims with their numbers, and a few facts of the run.</summary>
/// <param name="Claims">All claims of the analysis; any of them may be missing.</param>
internal sealed record Findings(IReadOnlyList<ClaimResult> Claims)
{
    /// <summary>The optimizer; null where the run does not state one.</summary>
    public Optimizer? Optimizer { get; init; }

    /// <summary>Facts of descent mode; null in flow mode.</summary>
    public DescentSummary? Descent { get; init; }

    /// <summary>Whether Jacobians were recorded; kernel blocks otherwise.</summary>
    public bool HasJacobians { get; init; }

    /// <summary>Whether kernel blocks between neighbouring checkpoints were recorded.</summary>
    public bool HasCrossBlocks { get; init; }

    /// <summary>What of the training lies outside the setting of the theory; null where nothing does.</summary>
    public string? OutsideTheory { get; init; }

    /// <summary>The times of the checkpoints; empty where they are not known.</summary>
    public IReadOnlyList<double> Times { get; init; } = [];

    /// <summary>Whether every recorded interval is one step; null where that is not known.</summary>
    public bool EveryStep { get; init; }

    /// <summary>The claim with that id; null where it was not computed.</summary>
    public ClaimResult? Claim(string id) => Claims.FirstOrDefault(c => c.Id == id);

    /// <summary>Whether a claim was computed and is violated.</summary>
    public bool Violated(string id) => Claim(id)?.Verdict == Verdict.Violated;

    /// <summary>Whether a claim was computed and holds.</summary>
    public bool Holds(string id) => Claim(id)?.Verdict == Verdict.Holds;

    /// <summary>A named number of a claim; null where there is none or it is not finite.</summary>
    public double? Figure(string id, string name) => Claim(id)?.Figure(name) is { } x && double.IsFinite(x) ? x : null;

    // What one factor makes of s is its distance from 1 over the relative budgets of the intervals, and the limit of a factor is a few of the smallest of them.
    private const double SmallShare = 12;

    /// <summary>Whether one factor on a side is the whole of what is wrong with it: the errors of its intervals, in units of their budgets, are then not much
    /// larger than the distance of the factor from 1 in units of its limit. True where that cannot be told.</summary>
    /// <param name="scale">The claim about the factor.</param>
    /// <param name="steps">The claim about the intervals of the same side.</param>
    public bool FactorExplains(string scale, string steps) => !(Violated(steps) && Figure(scale, WellKnownFigures.Scale) is { } a
        && Figure(scale, WellKnownFigures.ScaleUncertainty) is { } limit && Claim(steps)!.RelativeError.TryGet(out double s)
        && s * limit > SmallShare * Math.Abs(a - 1));

    /// <summary>The data claims that were judged.</summary>
    public IEnumerable<ClaimResult> Data => Claims.Where(c => c is { Kind: ClaimKind.Data, Verdict: Verdict.Holds or Verdict.Violated or Verdict.Undecided });

    /// <summary>The consistency claims that are violated.</summary>
    public IEnumerable<ClaimResult> Contradictions => Claims.Where(c => c is { Kind: ClaimKind.Consistency, Verdict: Verdict.Violated });

    /// <summary>"R8 test scale: …", the claim's own words.</summary>
    public string Words(string id) => Claim(id) is { } claim
        ? $"{claim.Id} {claim.Name}{(claim.Reason is { Length: > 0 } why ? $": {why.TrimEnd('.')}" : "")}" : id;

    /// <summary>"checkpoint 7 (t = 12.5)" of a claim's figure; null where it has none.</summary>
    public string? CheckpointOf(string id) => Figure(id, WellKnownFigures.WorstCheckpoint) is { } at
        ? $"checkpoint {NumberText.Count((long)at)}{At((int)at)}" : null;

    /// <summary>"the interval from checkpoint 7 (t = 12.5)" of a claim's figure; null where it has none.</summary>
    public string? IntervalOf(string id) => Figure(id, WellKnownFigures.WorstInterval) is { } at
        ? $"the interval from checkpoint {NumberText.Count((long)at)}{At((int)at)}" : null;

    private string At(int index) => index >= 0 && index < Times.Count ? $" (t = {NumberText.Short(Times[index], 5)})" : "";

    /// <summary>Takes the facts from a run that was studied.</summary>
    public static Findings Of(AnalysisInput input, PredictionModel model, IReadOnlyList<ClaimResult> claims)
    {
        var run = input.Checkpoints;
        return new Findings(claims)
        {
            Optimizer = run.Optimizer,
            Descent = model.Descent,
            HasJacobians = run.HasJacobians,
            HasCrossBlocks = run.Count > 1 && run[0].Find(TensorName.K_SS_next) is not null,
            OutsideTheory = input.OutsideTheory,
            Times = input.Outputs.Times,
            EveryStep = Enumerable.Range(1, run.Count - 1).All(k => run[k].Step - run[k - 1].Step == 1),
        };
    }
}
