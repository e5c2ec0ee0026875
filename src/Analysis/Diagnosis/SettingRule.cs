namespace KernelFlow.Analysis.Diagnosis;

/// <summary>The run says that its training lies outside the setting of the theory.</summary>
internal sealed class SettingRule : CauseRule
{
    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        if (findings.OutsideTheory is not { } setting) yield break;
        yield return new(Evidence.Declared, "The training is not in the setting of the theory", $"the run says so: {setting}",
            "Read the spectrum, the movement of the kernel and the inclusion as properties of the recorded kernels; nothing here says how the outputs "
                + "should have "
            + "moved. To test the theory, record a training without it (evaluation mode for batch norm and dropout, no clipping, a known optimizer), "
            + "or state the "
            + "optimizer's constants by their keys (momentum, weightDecay, decoupled, nesterov, dampening) and record w where decay is used.");
    }
}

/// <summary>A claim that holds for any input is violated.</summary>
internal sealed class ProgramRule : CauseRule
{
    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        string[] wrong = [.. findings.Claims.Where(c => c is { Kind: ClaimKind.Code, Verdict: Verdict.Violated }).Select(c => findings.Words(c.Id))];
        if (wrong.Length > 0)
            yield return new(Evidence.Strong, "The operators were computed wrongly", string.Join("; ", wrong),
                "Repeat the analysis with another --method and a smaller --rtol, and with --backend managed. Where it stays, it is a fault of this "
                    + "program: report "
                + "it with results.json.");
    }
}
