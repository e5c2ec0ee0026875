using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>C8: U_Q(T) − U_Q(s) = A°(U_S(T) − U_S(s)), A° = (G_Q L)(G_S L)⁺ with LLᵀ = W_S⁺.</summary>
/// <remarks>Exact for constant invertible B; for varying B ker G_S ∩ range W_S ⊆ ker G_Q is not implied, so the figure is Measured.</remarks>
internal static class Coupling
{
    public static ClaimResult Check(ClaimContext c)
    {
        const string id = "C8", name = "coupling";
        double[] recorded = c.TestDisplacement, train = c.TrainDisplacement;
        double scale = VectorMath.Norm(recorded);
        if (scale == 0) return DataClaim.NotApplicable(id, name, "the recorded test outputs did not move");
        var map = new CouplingMap(c);
        var predicted = map.Apply(train);
        double g = VectorMath.Norm(c.StartGradient), gain = VectorMath.Norm(predicted) / Math.Max(VectorMath.Norm(train), double.Epsilon);
        double integration = c.Propagation.Error.G * g * (MatrixNorms.Frobenius(c.Propagation.G_Q) + gain * MatrixNorms.Frobenius(c.Propagation.G_S)) / scale;
        double rounding = (c.RelativeRounding * VectorMath.Norm(predicted) + c.StoredEpsilon * (VectorMath.Norm(c.Outputs.TestOutputs[0]) + gain * VectorMath.Norm(c.Outputs.TrainOutputs[0]))) / scale;
        // A° carries the main model's own displacements into each other; another model's displacements are off by its difference alone.
        var main = c.Predictions.Main;
        var budget = c.Predictions.Budget(integration, rounding, _ => null,
            other => VectorMath.Distance(map.Apply(VectorMath.Subtract(other.Train, main.Train)), VectorMath.Subtract(other.Test, main.Test)) / scale);
        double error = VectorMath.Distance(predicted, recorded) / scale;
        double? correlation = VectorMath.Correlation(predicted, recorded);
        return c.Model.Beta is not null
            ? DataClaim.Judge(c, id, name, error, correlation, budget)
            : new ClaimResult(id, name, Verdict.Measured)
            {
                RelativeError = error, Correlation = correlation, Budget = budget, Tolerance = c.Options.Tolerance, Reason = c.Model.Descent is null ? "B varies, so the coupling is not implied by the theory" : "in descent mode ker G_S = ker W_S is not implied, so neither is the coupling",
            };
    }
}
