namespace KernelFlow.Analysis.Diagnosis;

/// <summary>The likely causes of what is violated or undecided, the best supported first.</summary>
internal static class LikelyCauses
{
    // Later rules stand behind earlier ones of the same weight.
    private static readonly CauseRule[] s_rules =
    [
        new SettingRule(), new ProgramRule(), new ScaleRule(), new LossRule(), new FlowTimeRule(), new JointKernelRule(), new PreconditionerRule(),
        new ConstantsRule(), new StableStepsRule(),
        new CheckpointRule(), new StepRule(), new WholeRecordingRule(), new UnexplainedRule(), new BudgetRule(),
    ];

    /// <summary>The causes that the rules suspect.</summary>
    public static IReadOnlyList<LikelyCause> Of(Findings findings) =>
        [.. s_rules.SelectMany(rule => rule.Look(findings)).OrderByDescending(s => s.Weight).Select(s => s.Cause).DistinctBy(c => c.Cause)];
}
