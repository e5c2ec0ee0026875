namespace KernelFlow.Reporting;

/// <summary>What a report says first: whether the recording is consistent, whether the theory agrees with it, the inclusion, and whether the budget is small
/// enough to tell. Each has its own answer and colour; the whole has the colour of the worst, so that no good answer hides a bad one.</summary>
public sealed record Headline
{
    private Headline(IReadOnlyList<HeadlineLine> lines) => Lines = lines;

    /// <summary>The questions in reading order.</summary>
    public IReadOnlyList<HeadlineLine> Lines { get; }

    /// <summary>The verdict whose colour the whole has: that of the worst line.</summary>
    public Verdict Tone => Lines.MaxBy(l => Rank(l.Tone))!.Tone;

    /// <summary>What the worst lines say; where nothing is violated or undecided, what all say.</summary>
    public string Sentence
    {
        get
        {
            int worst = Rank(Tone);
            var said = worst > Rank(Verdict.Vacuous) ? Lines.Where(l => Rank(l.Tone) == worst) : Lines.Where(l => l.Topic != BudgetLine.Topic);
            return string.Join(". ", said.Select(l => l.Sentence));
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
            [ProgramLine.Of(run), RecordingLine.Of(run), TheoryLine.Of(run), InclusionLine.Of(run, inclusion), BudgetLine.Of(run)]).OfType<HeadlineLine>()]);
    }

    /// <summary>How bad a verdict is: what was violated before what is open, what was not tested, and what holds.</summary>
    public static int Rank(Verdict verdict) => verdict switch { Verdict.Violated => 3, Verdict.Undecided => 2, Verdict.Holds => 0, _ => 1 };
}
