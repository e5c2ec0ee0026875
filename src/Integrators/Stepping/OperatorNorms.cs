using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>One number for each of P, W_S, G_S and G_Q: their Frobenius norms, or those of their errors.</summary>
internal readonly record struct OperatorNorms(double P, double W, double GS, double GQ)
{
    /// <summary>P starts as the identity; far below this its squares underflow, and a relative error of it says nothing any more.</summary>
    public const double SmallestPropagator = 1e-140;

    /// <summary>Whether all four are finite.</summary>
    public bool AreFinite => double.IsFinite(P + W + GS + GQ);

    /// <summary>The largest of four errors, each relative to the norm of its own operator.</summary>
    public double LargestRelative(OperatorNorms errors) =>
        Math.Max(Math.Max(Relative(errors.P, P), Relative(errors.W, W)), Math.Max(Relative(errors.GS, GS), Relative(errors.GQ, GQ)));

    /// <summary>error/norm; no error is none whatever the norm is.</summary>
    public static double Relative(double error, double norm) => Tolerances.Relative(error, norm);
}
