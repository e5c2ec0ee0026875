using KernelFlow.Analysis.Claims;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>What C5, C8 and C9 say of the modes that were found, and the claims about the recording that would need a matrix.</summary>
internal static class FoundClaims
{
    private const string OfIntervals = "replaying single intervals forms their kernels; a dense analysis of fewer examples makes it";
    private const string OfJoint = "the joint kernel is decomposed as a matrix over all outputs; a dense analysis of fewer examples makes it";

    /// <summary>The result of a claim that a matrix-free analysis judges by itself; null for the others, which are checked as ever.</summary>
    public static ClaimResult? Of(Claim claim, ClaimEvidence evidence, FoundModes modes)
    {
        var result = claim switch
        {
            C05Inclusion => Inclusion(claim, evidence, modes),
            C08Coupling => Coupling(claim, evidence, modes),
            C09Trapping => Trapping(claim, evidence, modes),
            IntervalClaim => Not(claim, OfIntervals),
            R03JointKernel when !evidence.Checkpoints.HasJacobians => Not(claim, OfJoint),
            _ => null,
        };
        return result is null ? null : result with { Id = claim.Id, Name = claim.Name, Kind = claim.Kind, Statement = claim.Statement };
    }

    private static ClaimResult Not(Claim claim, string reason) => new(claim.Id, claim.Name, Verdict.NotComputed) { Reason = reason };

    // A mode beyond its bound contradicts the inclusion wherever it is found; that none of those found is says nothing of the others.
    private static ClaimResult Inclusion(Claim claim, ClaimEvidence evidence, FoundModes modes)
    {
        var result = modes.Result;
        if (!result.ResponseBound.IsKnown) return Not(claim, $"the bound of the inclusion is not known: {result.ResponseBound.Reason}");
        double rounding = (evidence.Checkpoints.TrainSize + evidence.Checkpoints.TestSize) * evidence.Kernels.Epsilon;
        string what = FormattableString.Invariant($"of the {result.Modes.Count} largest of {result.Dimension} modes the largest response relative to its ")
            + FormattableString.Invariant($"bound (at most) is {result.WorstRatio:G3}");
        return result.WorstRatio > 1 + CodeRule.Slack * rounding || double.IsNaN(result.WorstRatio)
            ? new ClaimResult(claim.Id, claim.Name, Verdict.Violated) { Reason = what, RelativeError = Math.Max(0, result.WorstRatio - 1) }
            : new ClaimResult(claim.Id, claim.Name, Verdict.Undecided)
            {
                Reason = $"{what}; the modes below the threshold, which the inclusion is about, were not computed, and neither were σ and a second integration",
                RelativeError = 0,
            };
    }

    private static ClaimResult Coupling(Claim claim, ClaimEvidence evidence, FoundModes modes)
    {
        double[] recorded = evidence.TestDisplacement;
        double scale = VectorMath.Norm(recorded);
        if (scale == 0) return new(claim.Id, claim.Name, Verdict.NotApplicable) { Reason = "the recorded test outputs did not move" };
        var pairs = modes.Found.Pairs with { Vectors = modes.Vectors };
        int? partOf = modes.Found.Complete && pairs.Values.Count == modes.Result.Dimension ? null : modes.Result.Dimension;
        var map = new CouplingMap(pairs, evidence.Kernels.Epsilon, modes.Norm, partOf, evidence.Backend,
            (in MatrixView vectors, in MatrixView train, in MatrixView test) =>
            Transfer(modes, vectors.Columns, train, test), evidence.Checkpoints.TestSize);
        double[] predicted = map.Apply(evidence.TrainDisplacement);
        string reason = map.LeftOut ?? evidence.Predicting.NoPredictionReason ?? "the coupling of all modes that were found; a dense analysis judges it";
        return new ClaimResult(claim.Id, claim.Name, Verdict.Measured)
        {
            Reason = reason,
            RelativeError = VectorMath.Distance(predicted, recorded) / scale,
            Correlation = VectorRoutines.Correlation(predicted, recorded),
        };
    }

    // G_S Ψ Λ^{-1/2} and G_Q Ψ Λ^{-1/2}, carried already.
    private static void Transfer(FoundModes modes, int count, in MatrixView train, in MatrixView test)
    {
        for (int j = 0; j < count; j++)
        {
            double root = 1 / Math.Sqrt(modes.Found.Pairs.Values[j]);
            VectorRoutines.Scale(root, ((MatrixView)modes.Carried.Train).Column(j), train.Column(j));
            if (modes.Carried.Test.RowCount > 0) VectorRoutines.Scale(root, ((MatrixView)modes.Carried.Test).Column(j), test.Column(j));
        }
    }

    private static ClaimResult Trapping(Claim claim, ClaimEvidence evidence, FoundModes modes)
    {
        var values = modes.Found.Pairs.Values;
        double largest = modes.Result.Modes.Max(m => m.Motion), excess = 0;
        if (largest == 0) return new(claim.Id, claim.Name, Verdict.NotApplicable) { Reason = "no mode that was found is moved" };
        for (int j = 0; j < values.Count; j++)
        {
            double form = Math.Max(modes.Carried.Dissipated.At(j, j), 0) + modes.Error;
            excess = Math.Max(excess, modes.Result.Modes[j].Motion - Math.Sqrt(modes.MotionBound * form));
        }
        double error = excess / largest, integration = modes.Carried.Error.P, rounding = evidence.ArithmeticRounding;
        var (verdict, _) = CodeRule.Judge(error, integration, rounding, "");
        string left = modes.Found.Complete && values.Count == modes.Result.Dimension ? ""
            : FormattableString.Invariant($" of the {values.Count} largest of {modes.Result.Dimension} modes, the others were not computed");
        return new ClaimResult(claim.Id, claim.Name, verdict)
        {
            Reason = verdict == Verdict.Holds ? left.Length > 0 ? left.Trim() : null
                : FormattableString.Invariant($"a mode moved by {excess:G3} more than its bound"),
            RelativeError = error,
            Budget = new ErrorBudget(integration, 0, 0, rounding),
        };
    }
}
