using System.Text.Json.Serialization;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.WorkPrecision;

/// <summary>P, W_S and G_Q, to compare others with.</summary>
internal sealed record OperatorTriple(DenseMatrix P, DenseMatrix W, DenseMatrix G)
{
    public static OperatorTriple Of(Propagation propagation) => new(propagation.P, propagation.W_S, propagation.G_Q);

    /// <summary>Relative Frobenius errors of another triple against this one.</summary>
    public Errors ErrorsOf(OperatorTriple other) => new(Relative(other.P, P), Relative(other.W, W), Relative(other.G, G));

    private static double Relative(DenseMatrix found, DenseMatrix exact) =>
        VectorRoutines.Distance(found.Values, exact.Values) / VectorRoutines.Norm(exact.Values);
}

/// <summary>Relative Frobenius errors.</summary>
internal readonly record struct Errors(double P, double W, double G)
{
    [JsonIgnore]
    public double Largest => Math.Max(P, Math.Max(W, G));
}
