using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>The factors of one layer for [J_S; J_Q] of a checkpoint, in memory: A, inputs × (n+m)·T, and Δ, outputs × (N+M)·T.</summary>
public sealed class LayerBlock
{
    private readonly int _outputs, _positions, _inputSize, _outputSize;
    private readonly double[] _inputs, _deltas;

    /// <summary>Makes a place for the factors of a layer.</summary>
    /// <param name="layer">A layer whose part of J is a product.</param>
    /// <param name="examples">n + m.</param>
    /// <param name="outputs">p: outputs per example.</param>
    public LayerBlock(JacobianLayer layer, int examples, int outputs)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer.Kind == JacobianLayerKind.Columns) throw new ArgumentException("Plain columns have no factors.", nameof(layer));
        (_outputs, _positions, _inputSize, _outputSize) = (outputs, (int)layer.Positions, (int)layer.Inputs, (int)layer.Outputs);
        _inputs = new double[ArraySize.Of(layer.Positions * layer.Inputs, examples)];
        _deltas = new double[ArraySize.Of(layer.Positions * layer.Outputs, (long)examples * outputs)];
        Examples = examples;
        Bias = layer.HasBias ? 1 : 0;
    }

    /// <summary>n + m.</summary>
    public int Examples { get; }

    /// <summary>p: rows of J per example.</summary>
    public int Outputs => _outputs;

    /// <summary>T.</summary>
    public int Positions => _positions;

    /// <summary>β: 1 with biases, else 0.</summary>
    public double Bias { get; }

    /// <summary>Reads the factors of the training examples and, after them, of the test examples.</summary>
    /// <exception cref="InvalidRunException">A number is not finite.</exception>
    public void Load(LayerFactors train, LayerFactors test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        Read(train.Inputs!, test.Inputs!, _inputs);
        Read(train.Deltas!, test.Deltas!, _deltas);
    }

    /// <summary>A at one position, inputs × count.</summary>
    internal MatrixView Inputs(int position, int first, int count) =>
        new(_inputs, (first * _positions + position) * _inputSize, _inputSize, count, _positions * _inputSize);

    /// <summary>Δ at one position, outputs × count·p.</summary>
    internal MatrixView Deltas(int position, int first, int count) =>
        new(_deltas, (first * _outputs * _positions + position) * _outputSize, _outputSize, count * _outputs, _positions * _outputSize);

    private static void Read(TensorSource train, TensorSource test, double[] target)
    {
        train.Read(0, target.AsSpan(0, (int)train.Count));
        test.Read(0, target.AsSpan((int)train.Count, (int)test.Count));
    }
}
