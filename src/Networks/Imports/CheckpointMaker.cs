using KernelFlow.Numerics;

namespace KernelFlow.Networks.Imports;

/// <summary>Makes the tensors of a checkpoint from weights: outputs, gradient, loss and Jacobians, computed in float64 and kept in the type of the weights,
/// which says how accurate the training was.</summary>
internal sealed class CheckpointMaker
{
    private readonly ImportedNetwork _network;
    private readonly NetworkEvaluator _evaluator;
    private readonly LossModel _loss;
    private readonly double[] _x_S, _x_Q, _w;
    private readonly StorageType _type;
    private readonly bool _factors;

    public CheckpointMaker(ImportedNetwork network, LossModel loss, double[] x_S, double[] x_Q, StorageType type, bool factors, Backend backend)
    {
        (_network, _loss, _x_S, _x_Q, _type, _factors) = (network, loss, x_S, x_Q, type, factors);
        _evaluator = new NetworkEvaluator(network.Network, backend);
        _w = new double[network.Network.Parameters];
    }

    /// <summary>Adam's memory of squared gradients, if there is one.</summary>
    public SecondMoments? Moments { get; init; }

    /// <summary>Whether the parameters are kept.</summary>
    public bool KeepsParameters { get; init; }

    /// <summary>The tensors of a checkpoint.</summary>
    /// <param name="file">Its state dictionary.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="step">Steps taken.</param>
    public IReadOnlyList<TensorSource> Make(ContainerFile file, string name, long step)
    {
        _network.Load(file, name, _w);
        int p = _network.Network.Outputs, n = _loss.Examples, m = _x_Q.Length / _network.Network.InputSize;
        double[] u_S = new double[ArraySize.Of(n, p)], u_Q = new double[ArraySize.Of(m, p)], g = new double[u_S.Length];
        var tensors = new List<TensorSource> { Jacobian(TensorName.J_S, _x_S, u_S), Jacobian(TensorName.J_Q, _x_Q, u_Q) };
        if (u_S.Concat(u_Q).Any(u => !double.IsFinite(u)))
            throw new InvalidRunException($"{file.Path}: {name}: found outputs that are not finite numbers; the weights are too large.");
        _loss.Gradient(u_S, g);
        tensors.Add(Tensor(TensorName.U_S, u_S, n, p));
        tensors.Add(Tensor(TensorName.U_Q, u_Q, m, p));
        tensors.Add(Tensor(TensorName.g, g, n, p));
        tensors.Add(new MemoryTensor(TensorName.Loss, [_loss.Value(u_S)], 1));
        if (KeepsParameters) tensors.Add(Tensor(TensorName.w, (double[])_w.Clone(), _w.Length));
        if (Moments is not null)
        {
            var gradient = new double[_w.Length];
            _evaluator.LossGradient(_w, _x_S, _loss, u_S, g, gradient);
            tensors.Add(new MemoryTensor(TensorName.Preconditioner, Moments.Preconditioner(file, name, step, _w, gradient), _w.Length));
        }
        return tensors;
    }

    private TensorSource Jacobian(TensorName name, double[] x, double[] u)
    {
        int p = _network.Network.Outputs;
        if (_factors) return RecordedFactors.Of(name, _network.Layers, _evaluator.Factors(_w, x, u), u.Length / p, p, Tensor);
        var J = new double[ArraySize.Of(u.Length, _w.Length)];
        _evaluator.Jacobian(_w, x, u, J);
        return Tensor(name, J, u.Length / p, p, _w.Length);
    }

    private MemoryTensor Tensor(string name, double[] values, params long[] shape) => _type == StorageType.Float64 ? new MemoryTensor(name, values, shape)
        : new MemoryTensor(name, Array.ConvertAll(values, v => (float)v), shape);
}
