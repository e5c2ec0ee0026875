using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;
using KernelFlow.Reporting;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>A user's own claims are checked beside those of the theory, from the same evidence and by the same rules.</summary>
public class OwnClaimTests
{
    /// <summary>tr W_S is the sum of the eigenvalues.</summary>
    private sealed class TraceClaim(string id = "X1") : Claim(id, "trace", ClaimKind.Code)
    {
        public override string Statement => "The trace of the Gramian is the sum of its eigenvalues.";

        public override string Equation => "tr W_S = Σ λ_j";

        protected override ClaimResult CheckCore(ClaimEvidence evidence)
        {
            double trace = evidence.Propagation.W_S.Trace(), sum = evidence.Eigenpairs.Values.Sum();
            return JudgeCode(Math.Abs(trace - sum) / trace, 0, evidence.ArithmeticRounding, "trace against eigenvalues") with { Id = "forged", Kind = ClaimKind.Data };
        }
    }

    /// <summary>Everything that evidence holds, looked at.</summary>
    private sealed class CuriousClaim() : Claim("X2", "curious", ClaimKind.Measured)
    {
        public override string Statement => "All evidence can be read.";

        public override string Equation => "true";

        public ClaimEvidence? Seen { get; private set; }

        protected override ClaimResult CheckCore(ClaimEvidence evidence)
        {
            Seen = evidence;
            return Measured("looked");
        }
    }

    private static CheckpointSequence Run() => SmallNetworks.Record(SmallNetworks.Parity with { Steps = 60, Checkpoints = 6 });

    [Fact]
    public void TheyAppearInTheResultsUnderTheirOwnName()
    {
        var analysis = Analyze.Reservoir(Run(), TestRuns.Options with { Claims = [new TraceClaim()] });
        var claim = analysis.Claim("X1");
        Assert.Equal(("trace", ClaimKind.Code, Verdict.Holds, "The trace of the Gramian is the sum of its eigenvalues."), (claim.Name, claim.Kind, claim.Verdict, claim.Statement));
        Assert.Equal([.. ClaimCatalogue.All.Select(c => c.Id), "X1"], analysis.Claims.Select(c => c.Id));
        Assert.Contains("trace", MarkdownReport.Text(analysis));
    }

    [Theory]
    [InlineData("X1")]
    [InlineData("x1")]
    [InlineData("C4")]
    public void TwoClaimsWithOneIdAreRefused(string id)
    {
        var options = TestRuns.Options with { Claims = [new TraceClaim(), new TraceClaim(id)] };
        Assert.Equal($"claims: found two claims with the id {id}, expected each id once.", Assert.Throws<ArgumentException>(() => Analyze.Reservoir(Run(), options)).Message);
    }

    [Fact]
    public void TheEvidenceIsThatOfTheResults()
    {
        var claim = new CuriousClaim();
        var analysis = Analyze.Reservoir(Run(), TestRuns.Options with { Claims = [claim] });
        var evidence = claim.Seen!;
        Assert.Same(analysis.KernelEvolution, evidence.KernelEvolution);
        Assert.Same(analysis.Inclusion, evidence.Inclusion);
        Assert.True(evidence.HasAllModes);
        Assert.Equal(analysis.Spectrum.Eigenvalues, evidence.Eigenpairs.Values);
        Assert.Equal(analysis.Displacements.PredictedTest, evidence.Prediction.Test);
        Assert.IsType<FlowModel>(evidence.Model);
        Assert.True(evidence.SecondCarry.IsKnown, evidence.SecondCarry.Reason);
        Assert.True(evidence.Predictions.Descent.IsKnown, evidence.Predictions.Descent.Reason);
    }
}
