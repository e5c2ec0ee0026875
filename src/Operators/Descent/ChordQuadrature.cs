namespace KernelFlow.Operators;

/// <summary>The rule for J̄_k = ∫₀¹ J(w_k + θ(w_{k+1} − w_k)) dθ.</summary>
public enum ChordQuadrature
{
    /// <summary>Midpoint Simpson where midpoints were recorded in every step, otherwise the trapezium.</summary>
    Auto,

    /// <summary>(J_k + J_{k+1})/2, O(η²).</summary>
    Trapezium,

    /// <summary>Simpson's rule with the Jacobian at (w_k + w_{k+1})/2, O(η⁴).</summary>
    Midpoint,
}

/// <summary>The rule for B̄_k and B̄'_k, averages of B along the output segment; both are exact for squared loss, and neither is used for custom
/// losses.</summary>
public enum SegmentQuadrature
{
    /// <summary>Simpson's rule: B at the ends and the middle, O(‖ΔU‖⁴).</summary>
    Simpson,

    /// <summary>16-point Gauss–Legendre: to rounding unless outputs move by tens. For cross-entropy, where steps in output space are long and Simpson's rule
    /// is the largest error, already below the edge of stability.</summary>
    Gauss,
}

/// <summary>How the rule for J̄ is chosen, and its names in reports.</summary>
public static class ChordQuadratures
{
    /// <summary>Whether to use midpoints.</summary>
    /// <param name="quadrature">The rule asked for.</param>
    /// <param name="checkpoints">The run, which has midpoints or not.</param>
    /// <exception cref="InvalidRunException">Midpoints were asked for and are not there; the message names the tensor.</exception>
    public static bool UsesMidpoints(this ChordQuadrature quadrature, CheckpointSequence checkpoints)
    {
        string[] names = checkpoints.HasJacobians ? ["J_S_mid", "J_Q_mid"] : ["K_SS_mid", "K_QS_mid"];
        if (quadrature == ChordQuadrature.Midpoint)
            foreach (var c in checkpoints.SkipLast(1))
                foreach (string name in names) _ = c[name];
        return quadrature == ChordQuadrature.Midpoint
            || (quadrature == ChordQuadrature.Auto && checkpoints.SkipLast(1).All(c => names.All(name => c.Find(name) is not null)));
    }

    /// <summary>The name of Simpson's rule with recorded midpoints.</summary>
    public const string Midpoint = "midpoint";

    /// <summary>The name of a rule: "midpoint" or "trapezium".</summary>
    /// <param name="midpoints">Whether midpoints are used.</param>
    public static string Name(bool midpoints) => midpoints ? Midpoint : "trapezium";
}
