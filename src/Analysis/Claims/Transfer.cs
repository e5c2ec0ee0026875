using KernelFlow.Analysis.Budgets;
using KernelFlow.Integrators;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>The common part of C3 and C4: U(T) − U(s) = −G g(s).</summary>
internal abstract class Transfer(string id, string name) : Claim(id, name, ClaimKind.Data)
{
    /// <summary>The integration error of the operator that transfers g(s) to the outputs, and what it makes of rounding.</summary>
    protected abstract (double Error, double Slope) Operator(PredictionErrors errors);

    /// <summary>What a reduction of the range may change of G g(s).</summary>
    protected abstract double Truncated(Truncation truncation);

    /// <summary>−G g(s) of a model.</summary>
    protected abstract double[] Displacement(Prediction prediction);

    /// <summary>The part of the quadrature budget that belongs to it.</summary>
    protected abstract double? Quadrature(QuadratureBudget budget);

    /// <summary>U(T) − U(s) as recorded.</summary>
    protected abstract double[] Recorded(ClaimEvidence evidence);

    /// <summary>Rounding of U(t_k).</summary>
    protected abstract double Stored(StoredNoise noise, Index checkpoint);

    /// <summary>What is lost of U(T) − U(s) where J_Sᵀ g cancels.</summary>
    protected abstract double Cancelled(StoredNoise noise);

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        double[] recorded = Recorded(evidence);
        double scale = VectorMath.Norm(recorded);
        if (scale == 0) return NotApplicable("the recorded outputs did not move");
        double[] predicted = Displacement(evidence.Prediction);
        var (error, slope) = Operator(evidence.Errors);
        double integration = error * VectorMath.Norm(evidence.StartGradient) / scale;
        var noise = new StoredNoise(evidence);
        double rounding = (noise.Predicted * VectorMath.Norm(predicted) + Stored(noise, 0) + Stored(noise, ^1) + noise.Through(slope)
            + Cancelled(noise)) / scale;
        var budget = evidence.Predictions.Budget(integration, rounding, Quadrature, other => VectorMath.Distance(Displacement(other), predicted) / scale,
            evidence.Truncation is { } cut ? Truncated(cut) / scale : null);
        return JudgeData(evidence, VectorMath.Distance(predicted, recorded) / scale, VectorRoutines.Correlation(predicted, recorded), budget);
    }
}
