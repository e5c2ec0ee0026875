using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>Columns of one layer that make a rectangle of its weights, a piece of its biases, or a piece of its plain columns.</summary>
/// <param name="Factors">The layer's factors.</param>
/// <param name="At">Where these columns begin among those asked for.</param>
/// <param name="Count">How many they are.</param>
/// <param name="FirstOutput">The first output of the rectangle or of the biases; the first of the plain columns.</param>
/// <param name="Outputs">How many outputs.</param>
/// <param name="FirstInput">The first input of the rectangle.</param>
/// <param name="InputCount">How many inputs; 0 for biases and plain columns.</param>
internal readonly record struct LayerPart(LayerFactors Factors, int At, int Count, long FirstOutput, int Outputs, int FirstInput, int InputCount)
{
    public JacobianLayer Layer => Factors.Layer;

    public bool IsPlain => Layer.Kind == JacobianLayerKind.Columns;

    public bool IsBias => !IsPlain && InputCount == 0;

    public int Positions => (int)Layer.Positions;

    /// <summary>What is read of A for one example.</summary>
    public long InputElements => InputCount == 0 ? 0 : Layer.Positions * Layer.Inputs;

    /// <summary>What is read of Δ, or of plain columns, for one example.</summary>
    public long DeltaElements(int p) => IsPlain ? (long)p * Count : p * Layer.Positions * Layer.Outputs;

    /// <summary>The weights of the rectangle in one of the vectors: inputs × outputs.</summary>
    public MatrixView Weights(in MatrixView vectors, int column) =>
        new(vectors.Array, vectors.Offset + column * vectors.LeadingDimension + At, InputCount, Outputs, Outputs == 1 ? InputCount : (int)Layer.Inputs);

    /// <summary>The parts that some columns of J consist of.</summary>
    public static IEnumerable<LayerPart> Of(FactoredJacobian jacobian, long firstColumn, int count)
    {
        for (int l = 0; l < jacobian.Layers.Count; l++)
        {
            var factors = jacobian.Layers[l];
            var layer = factors.Layer;
            long offset = jacobian.FirstColumn(l), first = Math.Max(firstColumn, offset) - offset;
            long end = Math.Min(firstColumn + count, offset + layer.Columns) - offset;
            if (first >= end) continue;
            int At(long column) => (int)(offset + column - firstColumn);
            if (layer.Kind == JacobianLayerKind.Columns)
            {
                yield return new LayerPart(factors, At(first), (int)(end - first), first, 1, 0, 0);
                continue;
            }
            long k = layer.Inputs, weights = layer.WeightColumns, last = Math.Min(end, weights);
            while (first < last)
            {
                // The rest of one output's weights, or all weights of several outputs, or the beginning of one's.
                long output = Math.DivRem(first, k, out long input), outputs = input == 0 ? Math.Max((last - first) / k, 1) : 1;
                long inputs = Math.Min(k - input, last - first);
                int columns = (int)(outputs * inputs);
                yield return new LayerPart(factors, At(first), columns, output, (int)outputs, (int)input, (int)inputs);
                first += columns;
            }
            if (end > weights) yield return new LayerPart(factors, At(first), (int)(end - first), first - weights, (int)(end - first), 0, 0);
        }
    }
}
