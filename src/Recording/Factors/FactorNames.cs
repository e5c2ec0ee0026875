namespace KernelFlow;

/// <summary>The names of the tensors that hold a Jacobian as factors: A_S/hidden and D_S/hidden for J_S, A_Q_mid/hidden for J_Q_mid, J_S/norm for plain
/// columns.</summary>
public static class FactorNames
{
    /// <summary>The Jacobians that may be kept as factors, those of every checkpoint first.</summary>
    public static IReadOnlyList<TensorName> Jacobians { get; } = [TensorName.J_S, TensorName.J_Q, TensorName.J_S_mid, TensorName.J_Q_mid];

    /// <summary>What enters the layer, of every example.</summary>
    /// <param name="jacobian">J_S, J_Q, J_S_mid or J_Q_mid.</param>
    /// <param name="layer">The layer.</param>
    public static string Inputs(TensorName jacobian, JacobianLayer layer) => Of('A', jacobian, layer);

    /// <summary>The derivative of every output by what leaves the layer.</summary>
    /// <param name="jacobian">J_S, J_Q, J_S_mid or J_Q_mid.</param>
    /// <param name="layer">The layer.</param>
    public static string Deltas(TensorName jacobian, JacobianLayer layer) => Of('D', jacobian, layer);

    /// <summary>The columns of J of a layer that is no product.</summary>
    /// <param name="jacobian">J_S, J_Q, J_S_mid or J_Q_mid.</param>
    /// <param name="layer">The layer.</param>
    public static string Columns(TensorName jacobian, JacobianLayer layer) => Of('J', jacobian, layer);

    /// <summary>The tensors that a layer has.</summary>
    /// <param name="jacobian">J_S, J_Q, J_S_mid or J_Q_mid.</param>
    /// <param name="layer">The layer.</param>
    public static IEnumerable<string> Of(TensorName jacobian, JacobianLayer layer) =>
        layer?.Kind == JacobianLayerKind.Columns ? [Columns(jacobian, layer)] : [Inputs(jacobian, layer!), Deltas(jacobian, layer!)];

    private static string Of(char kind, TensorName jacobian, JacobianLayer layer)
    {
        ArgumentNullException.ThrowIfNull(jacobian);
        ArgumentNullException.ThrowIfNull(layer);
        return $"{kind}{jacobian.Name[1..]}/{layer.Name}";
    }
}
