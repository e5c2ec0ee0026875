using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>What stands before the budget of a data claim, and the rule of claims about the recording itself.</summary>
public class ClaimGateTests
{
    /// <summary>Judges given numbers by a chosen rule.</summary>
    private sealed class Judged(ClaimKind kind, double error, double limit = 1) : Claim("X1", "judged", kind)
    {
        public override string Statement => "A number is judged.";

        public override string Equation => "x ≤ y";

        protected override ClaimResult CheckCore(ClaimEvidence evidence) => Kind switch
        {
            ClaimKind.Data => JudgeData(evidence, error, null, new ErrorBudget(0.01, 0, 0, 0)),
            ClaimKind.Consistency => JudgeConsistency(error, limit, [new ClaimFigure(WellKnownFigures.Scale, 0.95)], "scale against 1"),
            _ => Measured("looked"),
        };
    }

    /// <summary>Keeps the evidence, to judge it again under other gates.</summary>
    private sealed class Keeper() : Claim("X2", "keeper", ClaimKind.Measured)
    {
        public override string Statement => "The evidence is kept.";

        public override string Equation => "true";

        public ClaimEvidence? Seen { get; private set; }

        protected override ClaimResult CheckCore(ClaimEvidence evidence) => Measured((Seen = evidence).Model.Name);
    }

    private static readonly Lazy<ClaimEvidence> s_evidence = new(() =>
    {
        var keeper = new Keeper();
        Analyze.Reservoir(SmallNetworks.Record(SmallNetworks.Parity with { Steps = 20, Checkpoints = 4 }), TestRuns.Options with { Claims = [keeper] });
        return keeper.Seen!;
    });

    private static ClaimEvidence Evidence(string? inconsistent = null, string? outside = null) =>
        s_evidence.Value.Under(s_evidence.Value.Input with { InconsistentReason = inconsistent, OutsideTheory = outside });

    [Theory]
    [InlineData(0.001, Verdict.Holds)]
    [InlineData(0.5, Verdict.Violated)]
    public void ARecordingThatContradictsItselfLeavesDataClaimsOpen(double error, Verdict otherwise)
    {
        var claim = new Judged(ClaimKind.Data, error);
        Assert.Equal(otherwise, claim.Check(Evidence()).Verdict);
        var result = claim.Check(Evidence(inconsistent: "3 of 8 intervals"));
        Assert.Equal((Verdict.Undecided, "recording inconsistent: 3 of 8 intervals"), (result.Verdict, result.Reason));
        Assert.Equal(error, result.RelativeError.Value);
    }

    /// <summary>The numbers stay for who wants to see them; claims that are not about data are judged as ever.</summary>
    [Fact]
    public void DataClaimsDoNotApplyOutsideTheSettingOfTheTheory()
    {
        var evidence = Evidence(inconsistent: "3 of 8 intervals", outside: "batch-norm");
        var data = new Judged(ClaimKind.Data, 0.5).Check(evidence);
        Assert.Equal((Verdict.NotApplicable, "not the theory's setting: batch-norm", 0.5), (data.Verdict, data.Reason, data.RelativeError.Value));
        Assert.Equal(Verdict.Measured, new Judged(ClaimKind.Measured, 0).Check(evidence).Verdict);
        Assert.Equal(Verdict.Violated, new Judged(ClaimKind.Consistency, 2).Check(evidence).Verdict);
        foreach (var claim in ClaimCatalogue.All.Where(c => c.Kind == ClaimKind.Data))
            Assert.Equal((claim.Id, Verdict.NotApplicable), (claim.Id, claim.Check(evidence).Verdict));
    }

    [Theory]
    [InlineData(0.5, 1, Verdict.Holds, "scale against 1: 0.5 is within the limit 1")]
    [InlineData(1, 1, Verdict.Holds, "scale against 1: 1 is within the limit 1")]
    [InlineData(1.5, 1, Verdict.Violated, "scale against 1: 1.5 exceeds the limit 1")]
    [InlineData(double.PositiveInfinity, 1, Verdict.Violated, "scale against 1: Infinity exceeds the limit 1")]
    [InlineData(double.NaN, 1, Verdict.Undecided, "scale against 1: not a number")]
    [InlineData(0, double.NaN, Verdict.Undecided, "scale against 1: not a number")]
    public void ANumberAboveItsLimitContradictsTheRecording(double error, double limit, Verdict verdict, string reason)
    {
        var result = new Judged(ClaimKind.Consistency, error, limit).Check(Evidence());
        Assert.Equal((verdict, reason), (result.Verdict, result.Reason));
        Assert.Equal((ClaimKind.Consistency, limit, 0.95), (result.Kind, result.Tolerance, result.Figure(WellKnownFigures.Scale)));
        Assert.Null(result.Figure("another"));
    }
}
