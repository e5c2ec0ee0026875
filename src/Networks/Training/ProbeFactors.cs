using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>J of a few examples as factors of its layers, for products with vectors.</summary>
internal sealed class ProbeFactors
{
    private readonly IReadOnlyList<JacobianLayer> _layers;
    private readonly IReadOnlyList<(double[] Inputs, double[] Deltas)> _factors;
    private readonly Backend _backend;
    private readonly int _examples, _outputs, _parameters;

    /// <summary>The factors at w.</summary>
    public ProbeFactors(NetworkEvaluator evaluator, double[] w, double[] x, Backend backend)
    {
        var network = evaluator.Network;
        (_examples, _outputs, _parameters) = (x.Length / network.InputSize, network.Outputs, network.Parameters);
        _layers = network.JacobianLayers;
        _backend = backend;
        _factors = evaluator.Factors(w, x, new double[_examples * _outputs]);
    }

    /// <summary>J d: at every position the layer's parameters of d meet its input, then δ.</summary>
    public double[] Times(double[] d)
    {
        var product = new double[_examples * _outputs];
        int offset = 0;
        for (int l = 0; l < _layers.Count; l++)
        {
            var (k, q, T) = Sizes(_layers[l]);
            var z = new double[_examples * T * q];
            var bias = d.AsSpan(offset + q * k, q);
            for (int r = 0; r < _examples * T; r++) bias.CopyTo(z.AsSpan(r * q));
            _backend.Gemm(Op.Transpose, Op.None, 1, new MatrixView(d, offset, k, q, k), new MatrixView(_factors[l].Inputs, k, _examples * T), 1,
                new MatrixView(z, q, _examples * T));
            for (int row = 0; row < product.Length; row++)
                product[row] += VectorRoutines.Dot(_factors[l].Deltas.AsSpan(row * T * q, T * q), z.AsSpan(row / _outputs * T * q, T * q));
            offset += q * k + q;
        }
        return product;
    }

    /// <summary>Jᵀ v.</summary>
    public double[] TransposeTimes(double[] v)
    {
        var product = new double[_parameters];
        int offset = 0;
        for (int l = 0; l < _layers.Count; l++)
        {
            var (k, q, T) = Sizes(_layers[l]);
            var z = new double[_examples * T * q];
            for (int row = 0; row < v.Length; row++)
                VectorRoutines.Axpy(v[row], _factors[l].Deltas.AsSpan(row * T * q, T * q), z.AsSpan(row / _outputs * T * q, T * q));
            _backend.Gemm(Op.None, Op.Transpose, 1, new MatrixView(_factors[l].Inputs, k, _examples * T), new MatrixView(z, q, _examples * T), 0,
                new MatrixView(product, offset, k, q, k));
            var bias = product.AsSpan(offset + q * k, q);
            for (int r = 0; r < _examples * T; r++) VectorRoutines.Axpy(1, z.AsSpan(r * q, q), bias);
            offset += q * k + q;
        }
        return product;
    }

    // Every layer of a built-in network is dense or a convolution, with biases.
    private static (int Inputs, int Outputs, int Positions) Sizes(JacobianLayer layer) => ((int)layer.Inputs, (int)layer.Outputs, (int)layer.Positions);
}
