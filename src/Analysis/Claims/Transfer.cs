using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>The common part of C3 and C4: U(T) − U(s) = −G g(s).</summary>
internal static class Transfer
{
    public static ClaimResult Check(ClaimContext c, string id, string name, DenseMatrix G, Func<Prediction, double[]> displacement, Func<QuadratureBudget, double?> quadrature, double[] recorded, double[] startOutputs)
    {
        double scale = VectorMath.Norm(recorded);
        if (scale == 0) return DataClaim.NotApplicable(id, name, "the recorded outputs did not move");
        double[] predicted = displacement(c.Predictions.Main);
        double integration = c.Propagation.Error.G * MatrixNorms.Frobenius(G) * VectorMath.Norm(c.StartGradient) / scale;
        double rounding = (c.RelativeRounding * VectorMath.Norm(predicted) + c.StoredEpsilon * VectorMath.Norm(startOutputs)) / scale;
        return DataClaim.Judge(c, id, name, VectorMath.Distance(predicted, recorded) / scale, VectorMath.Correlation(predicted, recorded),
            c.Predictions.Budget(integration, rounding, quadrature, other => VectorMath.Distance(displacement(other), predicted) / scale));
    }
}

/// <summary>C3: U_S(T) − U_S(s) = −G_S g(s).</summary>
internal static class TrainTransfer
{
    public static ClaimResult Check(ClaimContext c) =>
        Transfer.Check(c, "C3", "train transfer", c.Propagation.G_S, p => p.Train, q => q.TrainTransfer, c.TrainDisplacement, c.Outputs.TrainOutputs[0]);
}

/// <summary>C4: U_Q(T) − U_Q(s) = −G_Q g(s).</summary>
internal static class TestTransfer
{
    public static ClaimResult Check(ClaimContext c) =>
        Transfer.Check(c, "C4", "test transfer", c.Propagation.G_Q, p => p.Test, q => q.TestTransfer, c.TestDisplacement, c.Outputs.TestOutputs[0]);
}
