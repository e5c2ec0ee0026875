using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>The factors of one layer for some examples, in memory: A, inputs × examples·T, and Δ, outputs × examples·p·T.</summary>
public sealed class LayerBlock
{
    private readonly int _outputs, _positions, _inputSize, _outputSize;
    private double[] _inputs = [], _deltas = [];

    /// <summary>Makes a place for the factors of a layer.</summary>
    /// <param name="layer">A layer whose part of J is a product.</param>
    /// <param name="outputs">p: outputs per example.</param>
    public LayerBlock(JacobianLayer layer, int outputs)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer.Kind == JacobianLayerKind.Columns) throw new ArgumentException("Plain columns have no factors.", nameof(layer));
        (_outputs, _positions, _inputSize, _outputSize) = (outputs, (int)layer.Positions, (int)layer.Inputs, (int)layer.Outputs);
        Bias = layer.HasBias ? 1 : 0;
    }

    /// <summary>How many examples there are.</summary>
    public int Examples { get; private set; }

    /// <summary>p: rows of J per example.</summary>
    public int Outputs => _outputs;

    /// <summary>T.</summary>
    public int Positions => _positions;

    /// <summary>β: 1 with biases, else 0.</summary>
    public double Bias { get; }

    /// <summary>How many numbers the factors of one example are.</summary>
    /// <param name="layer">A layer whose part of J is a product.</param>
    /// <param name="outputs">p: outputs per example.</param>
    public static long Numbers(JacobianLayer layer, int outputs)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return layer.Positions * (layer.Inputs + outputs * layer.Outputs);
    }

    /// <summary>Reads the factors of some examples, in place of those that were here.</summary>
    /// <param name="factors">What was recorded of the layer.</param>
    /// <param name="first">The first of the examples.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="InvalidRunException">A number is not finite.</exception>
    public void Load(LayerFactors factors, int first, int count)
    {
        ArgumentNullException.ThrowIfNull(factors);
        Examples = count;
        Read(factors.Inputs!, (long)_positions * _inputSize, first, count, ref _inputs);
        Read(factors.Deltas!, (long)_outputs * _positions * _outputSize, first, count, ref _deltas);
    }

    /// <summary>A at one position, inputs × examples.</summary>
    internal MatrixView Inputs(int position) => new(_inputs, position * _inputSize, _inputSize, Examples, _positions * _inputSize);

    /// <summary>Δ at one position, outputs × examples·p.</summary>
    internal MatrixView Deltas(int position) => new(_deltas, position * _outputSize, _outputSize, Examples * _outputs, _positions * _outputSize);

    private static void Read(TensorSource tensor, long each, int first, int count, ref double[] target)
    {
        int length = ArraySize.Of(each, count);
        if (target.Length < length) target = new double[length];
        tensor.Read(first * each, target.AsSpan(0, length));
    }
}
