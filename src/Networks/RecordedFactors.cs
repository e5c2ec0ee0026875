namespace KernelFlow.Networks;

/// <summary>The factors of a Jacobian as tensors of a checkpoint.</summary>
internal static class RecordedFactors
{
    /// <summary>Makes the Jacobian.</summary>
    /// <param name="name">J_S, J_Q, J_S_mid or J_Q_mid.</param>
    /// <param name="layers">The layers with parameters.</param>
    /// <param name="factors">What <see cref="NetworkEvaluator.Factors"/> gave.</param>
    /// <param name="examples">Examples.</param>
    /// <param name="p">Outputs per example.</param>
    /// <param name="make">Makes a tensor of a name, values and shape.</param>
    public static FactoredJacobian Of(TensorName name, IReadOnlyList<JacobianLayer> layers, IReadOnlyList<(double[] Inputs, double[] Deltas)> factors,
        int examples, int p, Func<string, double[], long[], TensorSource> make)
    {
        var parts = layers.Zip(factors, (layer, f) => LayerFactors.Of(name, layer, examples, p, tensor =>
        {
            if (layer.Kind == JacobianLayerKind.Columns) return make(tensor, f.Deltas, [examples, p, layer.Columns]);
            bool inputs = tensor == FactorNames.Inputs(name, layer);
            long[] sizes = [inputs ? layer.Inputs : layer.Outputs], shape = layer.Kind == JacobianLayerKind.Positions ? [layer.Positions, .. sizes] : sizes;
            return make(tensor, inputs ? f.Inputs : f.Deltas, inputs ? [examples, .. shape] : [examples, p, .. shape]);
        }));
        return new FactoredJacobian(name, "memory", examples, p, [.. parts]);
    }

    /// <summary>Numbers of one example as factors.</summary>
    public static long Count(IEnumerable<JacobianLayer> layers, long p) =>
        layers.Sum(l => l.Kind == JacobianLayerKind.Columns ? p * l.Columns : l.Positions * (l.Inputs + p * l.Outputs));
}
