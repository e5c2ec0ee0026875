namespace KernelFlow;

/// <summary>What a criterion says something about.</summary>
public enum CriterionKind
{
    /// <summary>The theory: not met, the claim is refuted.</summary>
    Claim,

    /// <summary>The experiment's power to refute it (controls that must fail, a range that must be covered): not met, nothing follows.</summary>
    Power,
}

/// <summary>A condition that was fixed before the experiment, and what came of it.</summary>
/// <param name="Tests">Whether it tests the claim or the experiment.</param>
/// <param name="Condition">The condition, in words.</param>
/// <param name="Met">Whether it is met.</param>
/// <param name="Finding">The figures that decide it.</param>
public sealed record Criterion(CriterionKind Tests, string Condition, bool Met, string Finding);
