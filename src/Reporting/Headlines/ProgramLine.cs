namespace KernelFlow.Reporting;

/// <summary>Claims that hold for any input and are violated say that the operators are wrong, whatever the run: that comes before everything else.</summary>
internal static class ProgramLine
{
    /// <summary>The line; null where every such claim that was checked holds.</summary>
    public static HeadlineLine? Of(ComparedRun run)
    {
        ClaimResult[] wrong = [.. run.Claims.Where(c => c is { Kind: ClaimKind.Code, Verdict: Verdict.Violated })];
        return wrong.Length == 0 ? null : new("program", "Does the program pass its own checks?", Verdict.Violated, "fails",
            "The program fails a check of its own", $"{Claims.Reasons(wrong)} Claims that hold for any input are violated: the operators themselves "
                + "are wrong.");
    }
}
