using KernelFlow.Analysis.Claims;

namespace KernelFlow;

/// <summary>One statement of the theory that is checked on a run: derive from it to add a claim of your own (<see cref="AnalysisOptions.Claims"/>).</summary>
/// <remarks>
/// A claim is one object: what it says, what it needs, and how its number and verdict follow from the <see cref="ClaimEvidence"/>. The rules by which a verdict
/// follows
/// from a number and its budget are here once, as protected members: those of claims that confront the recorded data, of claims about the recording
/// itself, and of claims that test the program.
/// </remarks>
public abstract class Claim
{
    /// <summary>Names the claim.</summary>
    /// <param name="id">The id, "C4" or one of your own; unique within an analysis.</param>
    /// <param name="name">A word or three.</param>
    /// <param name="kind">What it is about: the theory and the recorded data, the recording itself, the program, the inclusion, or a measured figure.</param>
    /// <exception cref="ArgumentException">The id or the name is empty.</exception>
    protected Claim(string id, string name, ClaimKind kind)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Id = id;
        Name = name;
        Kind = kind;
    }

    /// <summary>The id by which reports and <see cref="ReservoirAnalysis.Claim(string)"/> find it.</summary>
    public string Id { get; }

    /// <summary>The claim in a word or three.</summary>
    public string Name { get; }

    /// <summary>What it is about.</summary>
    public ClaimKind Kind { get; }

    /// <summary>What it says, in one sentence without symbols.</summary>
    public abstract string Statement { get; }

    /// <summary>What it says, as an equation in the symbols of the theory.</summary>
    public abstract string Equation { get; }

    /// <summary>What a run must have for the claim to apply, in words; otherwise its verdict is <see cref="Verdict.NotApplicable"/>.</summary>
    public virtual string Needs => "any run";

    /// <summary>Checks the claim; the result carries this claim's id, name, kind and statement whatever <see cref="CheckCore"/> wrote there. A data claim
    /// does not apply to a training outside the setting of the theory: its numbers stay, its verdict says so. A claim that asks for operators where
    /// none were formed is <see cref="Verdict.NotComputed"/>.</summary>
    /// <param name="evidence">The recorded data, the operators and the means to estimate their errors.</param>
    /// <exception cref="InvalidOperationException">The claim gave no result.</exception>
    public ClaimResult Check(ClaimEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var result = evidence.HasOperators || ClaimCatalogue.IsOfVectors(this) ? Found(evidence) : NotComputed(evidence.NoOperators);
        result = result with { Id = Id, Name = Name, Kind = Kind, Statement = Statement };
        return Kind == ClaimKind.Data && evidence.OutsideTheory is { } setting && result.Verdict != Verdict.NotComputed
            ? result with { Verdict = Verdict.NotApplicable, Reason = $"not the theory's setting: {setting}" } : result;
    }

    private ClaimResult Found(ClaimEvidence evidence)
    {
        try
        {
            return CheckCore(evidence) ?? throw new InvalidOperationException($"Claim {Id} gave no result.");
        }
        catch (NotComputedException e) when (!evidence.HasOperators)
        {
            return NotComputed(e.Reason);
        }
    }

    private ClaimResult NotComputed(string reason) => Result(Verdict.NotComputed, reason);

    /// <summary>Core of <see cref="Check"/>: the number, its budget and the verdict.</summary>
    protected abstract ClaimResult CheckCore(ClaimEvidence evidence);

    /// <summary>A result with a verdict of the claim's own.</summary>
    protected ClaimResult Result(Verdict verdict, string? reason = null) => new(Id, Name, verdict) { Kind = Kind, Statement = Statement, Reason = reason };

    /// <summary>The run does not allow the check.</summary>
    /// <param name="reason">What is missing.</param>
    protected ClaimResult NotApplicable(string reason) => Result(Verdict.NotApplicable, reason);

    /// <summary>A figure that is reported, not judged.</summary>
    /// <param name="reason">The figure in words.</param>
    protected ClaimResult Measured(string reason) => Result(Verdict.Measured, reason);

    /// <summary>The rule of every claim that is compared with recorded data, the first that applies: Undecided if the recording contradicts itself, if the
    /// steps lie past what the model can say, or if a part of the budget is unknown or its sum exceeds twice the tolerance of the analysis; Violated if
    /// the error exceeds three times the sum; Undecided if the sum exceeds the tolerance; otherwise Holds (theory, section 6).</summary>
    /// <param name="evidence">Gives the tolerance and the model.</param>
    /// <param name="error">The relative error.</param>
    /// <param name="correlation">Pearson's correlation of the predicted and the recorded values; null where it has no meaning.</param>
    /// <param name="budget">Relative to the same denominator as the error.</param>
    protected ClaimResult JudgeData(ClaimEvidence evidence, double error, double? correlation, ErrorBudget budget)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        double tolerance = evidence.Options.Tolerance;
        var (verdict, reason) = evidence.InconsistentReason is { } inconsistent ? (Verdict.Undecided, $"recording inconsistent: {inconsistent}")
            : evidence.Predicting.NoPredictionReason is { } beyond ? (Verdict.Undecided, beyond) : DataRule.Judge(error, budget, tolerance);
        return Result(verdict, reason) with { RelativeError = error, Correlation = correlation, Budget = budget, Tolerance = tolerance };
    }

    /// <summary>The rule of claims about the recording itself: Violated if the number exceeds its limit, Undecided if one of them is not a number, otherwise
    /// Holds.</summary>
    /// <param name="error">The number that is judged.</param>
    /// <param name="limit">What it must not exceed on an honest recording.</param>
    /// <param name="figures">Named numbers beside it, from which causes are told; see <see cref="WellKnownFigures"/>.</param>
    /// <param name="what">What was compared, for the reader.</param>
    protected ClaimResult JudgeConsistency(double error, double limit, IReadOnlyList<ClaimFigure> figures, string what)
    {
        ArgumentNullException.ThrowIfNull(figures);
        var verdict = double.IsNaN(error) || double.IsNaN(limit) ? Verdict.Undecided : error > limit ? Verdict.Violated : Verdict.Holds;
        string reason = verdict switch
        {
            Verdict.Undecided => $"{what}: not a number",
            Verdict.Violated => FormattableString.Invariant($"{what}: {error:G3} exceeds the limit {limit:G3}"),
            _ => FormattableString.Invariant($"{what}: {error:G3} is within the limit {limit:G3}"),
        };
        return Result(verdict, reason) with { RelativeError = error, Tolerance = limit, Figures = figures };
    }

    /// <summary>The rule of claims that hold for any input and so test the program: Violated if the defect exceeds three times integration and rounding,
    /// otherwise Holds.</summary>
    /// <param name="defect">The relative defect.</param>
    /// <param name="integration">What the integration explains of it.</param>
    /// <param name="rounding">What rounding explains of it.</param>
    /// <param name="what">What was compared, for the reader.</param>
    /// <param name="truncation">What a reduction of the range explains of it; null where the whole flow was integrated.</param>
    protected ClaimResult JudgeCode(double defect, double integration, double rounding, string what, double? truncation = null)
    {
        var (verdict, reason) = CodeRule.Judge(defect, integration, rounding, what, truncation);
        return Result(verdict, reason) with
        {
            RelativeError = defect,
            Budget = new ErrorBudget(integration, 0, 0, rounding) { Truncation = truncation is { } cut ? Known.Of(cut) : null },
        };
    }

    /// <summary>The same for several defects, each with its own integration part: the one nearest to its bound decides, a defect that is not a number before
    /// all others.</summary>
    /// <param name="parts">Name, relative defect, integration part and what a reduction of the range explains of each; that is null where there was
    /// none.</param>
    /// <param name="rounding">What rounding explains of any of them.</param>
    /// <param name="what">What was compared, for the reader.</param>
    protected ClaimResult JudgeNearest(IEnumerable<(string Name, double Defect, double Integration, double? Truncation)> parts, double rounding, string what)
    {
        var (part, defect, integration, truncation) = CodeRule.Nearest(parts, rounding);
        return JudgeCode(defect, integration, rounding, $"{what}; nearest to its bound: {part}", truncation);
    }
}
