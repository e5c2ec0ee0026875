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

/// <summary>How J̄ was formed.</summary>
public enum ChordQuadratureKind
{
    /// <summary>(J_k + J_{k+1})/2.</summary>
    Trapezium,

    /// <summary>Simpson's rule with the recorded Jacobian at (w_k + w_{k+1})/2.</summary>
    Midpoint,

    /// <summary>From an interpolant between sparse checkpoints, at the middle of each step.</summary>
    Interpolated,

    /// <summary>Known without a rule, as in closed-form problems.</summary>
    Exact,
}

/// <summary>Which rule is used for J̄, and what it is called.</summary>
public static class ChordQuadratures
{
    /// <summary>The name in reports: "trapezium", "midpoint", "interpolated" or "exact".</summary>
    /// <param name="kind">The rule.</param>
    public static string Name(this ChordQuadratureKind kind) => kind switch
    {
        ChordQuadratureKind.Trapezium => "trapezium",
        ChordQuadratureKind.Midpoint => "midpoint",
        ChordQuadratureKind.Interpolated => "interpolated",
        ChordQuadratureKind.Exact => "exact",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>The rule for a run: what is asked for, or for <see cref="ChordQuadrature.Auto"/> midpoints where they were recorded in every step.</summary>
    /// <param name="quadrature">What is asked for.</param>
    /// <param name="checkpoints">The run whose steps are averaged.</param>
    /// <exception cref="InvalidRunException">Midpoints were asked for and are not there; the message names the tensor.</exception>
    public static ChordQuadratureKind Resolve(this ChordQuadrature quadrature, CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        string[] names = checkpoints.HasJacobians ? [TensorName.J_S_mid, TensorName.J_Q_mid] : [TensorName.K_SS_mid, TensorName.K_QS_mid];
        if (quadrature == ChordQuadrature.Midpoint)
            foreach (var c in checkpoints.SkipLast(1))
                foreach (string name in names) _ = c[name];
        bool midpoints = quadrature == ChordQuadrature.Midpoint
            || (quadrature == ChordQuadrature.Auto && checkpoints.SkipLast(1).All(c => names.All(name => c.Find(name) is not null)));
        return midpoints ? ChordQuadratureKind.Midpoint : ChordQuadratureKind.Trapezium;
    }
}
