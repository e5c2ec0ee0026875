namespace KernelFlow;

/// <summary>How the part of the Jacobian that belongs to a layer is made from what was recorded.</summary>
public enum JacobianLayerKind
{
    /// <summary>A dense layer that every example passes once: δ ⊗ a.</summary>
    Dense,

    /// <summary>Weights that one example uses at several positions, a convolution or a dense layer on sequences: Σ_t δ_t ⊗ a_t.</summary>
    Positions,

    /// <summary>Any other parameters: their columns of J as they are.</summary>
    Columns,
}
