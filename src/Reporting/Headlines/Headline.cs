using KernelFlow.Reporting.Content;

namespace KernelFlow.Reporting;

/// <summary>What a report says first: whether the recording is consistent, whether the theory agrees with it, the inclusion, and whether the budget is small
/// enough to tell. Each has its own answer and colour; the whole has the colour of the worst, so that no good answer hides a bad one.</summary>
public sealed record Headline
{
    /// <summary>What an analysis of claims only says of itself, whatever its verdicts are.</summary>
    private const string ClaimsOnly = "Only C1 to C4 and the recording were computed: nothing is said of the operators, their spectrum, the inclusion and the "
        + "other claims";

    private readonly AnalysisExtent _extent;

    private Headline(IReadOnlyList<HeadlineLine> lines, AnalysisExtent extent) => (Lines, _extent) = (lines, extent);

    /// <summary>The questions in reading order.</summary>
    public IReadOnlyList<HeadlineLine> Lines { get; }

    /// <summary>The verdict whose colour the whole has: that of the worst line.</summary>
    public Verdict Tone => Lines.MaxBy(l => Rank(l.Tone))!.Tone;

    /// <summary>What the worst lines say; where nothing is violated or undecided, what all say. What was not computed is said in any case.</summary>
    public string Sentence
    {
        get
        {
            int worst = Rank(Tone);
            var said = worst > Rank(Verdict.Vacuous) ? Lines.Where(l => Rank(l.Tone) == worst) : Lines.Where(l => l.Topic != BudgetLine.Topic);
            if (_extent == AnalysisExtent.Whole) return string.Join(". ", said.Select(l => l.Sentence));
            return string.Join(". ", said.Where(l => l.Tone != Verdict.NotComputed).Select(l => l.Sentence)
                .Append(_extent == AnalysisExtent.MatrixFree ? MatrixFreeSections.Said : ClaimsOnly));
        }
    }

    /// <summary>The headline of an analysis.</summary>
    public static Headline Of(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        var run = ComparedRun.Of("run", analysis);
        return Of(run, InclusionText.Verdict(analysis));
    }

    /// <summary>The headline of one run of a comparison.</summary>
    public static Headline Of(ComparedRun run) => Of(run, null);

    private static Headline Of(ComparedRun run, string? inclusion)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new Headline([.. ((HeadlineLine?[])
            [ProgramLine.Of(run), RecordingLine.Of(run), TheoryLine.Of(run), InclusionLine.Of(run, inclusion), BudgetLine.Of(run)]).OfType<HeadlineLine>()],
            run.Options.Extent);
    }

    /// <summary>How bad a verdict is: what was violated before what is open, what was not tested, and what holds.</summary>
    public static int Rank(Verdict verdict) => verdict switch { Verdict.Violated => 3, Verdict.Undecided => 2, Verdict.Holds => 0, _ => 1 };
}
