using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>C8: U_Q(T) − U_Q(s) = A°(U_S(T) − U_S(s)), A° = (G_Q L)(G_S L)⁺ with LLᵀ = W_S⁺.</summary>
/// <remarks>Exact for constant invertible B; for varying B ker G_S ∩ range W_S ⊆ ker G_Q is not implied, so the figure is Measured.</remarks>
internal sealed class C08Coupling() : Claim("C8", "coupling", ClaimKind.Data)
{
    // Two models differ in A° as well as in the displacements that it carries, and the distance lets much of the one cancel the other.
    private const double Margin = 2;

    // What train and test displacements of two models have in common cancels, and is not known exactly itself.
    private const double Common = 0.01;

    public override string Statement => "The movement of the training outputs determines that of the test outputs.";

    public override string Equation => "U_Q(T) − U_Q(s) = A°(U_S(T) − U_S(s)), A° = (G_Q L)(G_S L)⁺ with L Lᵀ = W_S⁺";

    public override string Needs => "test outputs that moved; it is measured, not judged, unless B is constant and the mode is flow";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        double[] recorded = evidence.TestDisplacement, train = evidence.TrainDisplacement;
        double scale = VectorMath.Norm(recorded);
        if (scale == 0) return NotApplicable("the recorded test outputs did not move");
        var map = new CouplingMap(evidence);
        var predicted = map.Apply(train);
        double gain = VectorMath.Norm(predicted) / Math.Max(VectorMath.Norm(train), double.Epsilon);
        var p = evidence.Propagation;
        double integration = p.Error.G * VectorMath.Norm(evidence.StartGradient) * (MatrixNorms.Frobenius(p.G_Q) + gain * MatrixNorms.Frobenius(p.G_S)) / scale;
        var noise = new StoredNoise(evidence);
        double stored = noise.Test(0) + noise.Test(^1) + map.Spread / Math.Sqrt(train.Length) * (noise.Train(0) + noise.Train(^1));
        double cancelled = noise.CancelledTest + map.Spread / Math.Sqrt(train.Length) * noise.CancelledTrain;
        double rounding = (cancelled + noise.Predicted * VectorMath.Norm(predicted) + stored) / scale;
        // A° carries the main model's own displacements into each other; another model's displacements are off by its difference alone.
        var main = evidence.Prediction;
        var budget = evidence.Predictions.Budget(integration, rounding, _ => null,
            other => Difference(VectorMath.Subtract(other.Train, main.Train), VectorMath.Subtract(other.Test, main.Test)) / scale,
            evidence.Truncation is { } cut ? (cut.Test + map.Spread * cut.Train) / scale : null);
        double error = VectorMath.Distance(predicted, recorded) / scale;
        double? correlation = VectorRoutines.Correlation(predicted, recorded);
        if ((map.LeftOut ?? evidence.Model.NoCouplingReason) is not { } reason) return JudgeData(evidence, error, correlation, budget);
        return Measured(reason) with { RelativeError = error, Correlation = correlation, Budget = budget, Tolerance = evidence.Options.Tolerance };

        double Difference(double[] trained, double[] tested) => Margin * VectorMath.Distance(map.Apply(trained), tested) + Common * VectorMath.Norm(tested);
    }
}
