using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>W += Σ ω_i Y_iᵀ K_SS Y_i and [G_S; G_Q] += Σ ω_i [K_SS; K_QS] Y_i from the nodes of a step: the same nodes and Y_i in both, so ker W ⊆ ker G holds at any step size.</summary>
internal sealed class Assembler
{
    private readonly Backend _backend;
    private readonly int _n;
    private readonly MatrixView _kernels, _product;

    /// <param name="trajectory">Gives sizes.</param>
    /// <param name="kernels">Scratch (N+M)×N.</param>
    /// <param name="backend">Dense kernels.</param>
    public Assembler(KernelTrajectory trajectory, in MatrixView kernels, Backend backend)
    {
        _backend = backend;
        _n = trajectory.TrainSize;
        _kernels = kernels;
        _product = new MatrixView(new double[kernels.Rows * kernels.Columns], kernels.Rows, kernels.Columns);
    }

    /// <summary>Adds the nodes of the step just taken; with <paramref name="reset"/> W and G start from zero.</summary>
    public void Add(KernelTrajectory trajectory, int interval, double t, double h, StepMethod method, bool reset, in MatrixView W, in MatrixView G)
    {
        for (int i = 0; i < method.Nodes.Length; i++)
        {
            double weight = h * method.Weights[i];
            var y = method.AtNode(i).ColumnRange(0, _n);
            trajectory.Kernels(interval, t + method.Nodes[i] * h, _kernels);
            bool first = reset && i == 0;
            _backend.Gemm(Op.None, Op.None, 1, _kernels, y, 0, _product);
            for (int j = 0; j < _n; j++)
            {
                if (first) TensorPrimitives.Multiply(_product.Column(j), weight, G.Column(j));
                else TensorPrimitives.MultiplyAdd(_product.Column(j), weight, G.Column(j), G.Column(j));
            }
            _backend.SymmetricProduct(weight, y, _product.Slice(0, 0, _n, _n), first ? 0 : 1, W);
        }
    }
}
