using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>W = Σ ω_i Y_iᵀ K_SS Y_i and [G_S; G_Q] = Σ ω_i [K_SS; K_QS] Y_i over the nodes of a step: the same nodes and Y_i in both, so ker W ⊆ ker G holds at any step size.</summary>
internal sealed class Assembler
{
    private readonly Backend _backend;
    private readonly int _n, _m;
    private readonly ColumnLayout _layout;
    private readonly MatrixView _kernels, _product; // scratch
    private readonly OutputHessian _hessian;

    /// <param name="trajectory">Gives sizes.</param>
    /// <param name="layout">Columns of X.</param>
    /// <param name="kernels">Scratch (N+M)×N.</param>
    /// <param name="product">Scratch N×columns that the step no longer needs once it is taken.</param>
    /// <param name="backend">Dense kernels.</param>
    public Assembler(KernelTrajectory trajectory, ColumnLayout layout, in MatrixView kernels, in MatrixView product, Backend backend)
    {
        _backend = backend;
        (_n, _m) = (trajectory.TrainSize, trajectory.TestSize);
        _layout = layout;
        _kernels = kernels;
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
        _product = product;
    }

    /// <summary>Adds the nodes of the step just taken; with <paramref name="reset"/> the sums start from zero.</summary>
    public void AddNodes(KernelTrajectory trajectory, FlowStep step, NodalStepMethod method, bool reset, StepSums sums)
    {
        for (int i = 0; i < method.Nodes.Length; i++)
        {
            double weight = step.Length * method.Weights[i];
            AddNode(Kernels(trajectory, step.Interval, step.At(method.Nodes[i]), method, i, sums.TestOnly), weight, method.AtNode(i), reset && i == 0, sums);
            if (!method.NodesAreIndependent) continue;
            trajectory.Hessian(step.Interval, step.At(method.Nodes[i]), _hessian);
            var rate = ColumnLayout.Probe(_product.ColumnRange(0, method.AtNode(i).Columns));
            _hessian.Apply(weight, rate, reset && i == 0 ? 0 : 1, sums.Motion);
        }
    }

    /// <summary>W += ZᵀZ for Z with the columns of X.</summary>
    public void AddSquares(in MatrixView z, double keep, StepSums sums)
    {
        var probes = ColumnLayout.Probe(z);
        _backend.Gemm(Op.Transpose, Op.None, 1, probes, probes, keep, sums.ProbeW);
        if (!_layout.IsFull(z)) return;
        _backend.Syrk(Op.Transpose, 1, _layout.P(z), keep, sums.W);
        _backend.Gemm(Op.Transpose, Op.None, 1, probes, _layout.Errors(z), keep, sums.Cross);
    }

    // [K_SS; K_QS] at the node, or K_QS alone where that is enough.
    private MatrixView Kernels(KernelTrajectory trajectory, int interval, double time, NodalStepMethod method, int i, bool testOnly)
    {
        if (testOnly && method.TryTestKernels(i, out var test)) return test;
        if (method.TryKernels(i, out var held)) return testOnly ? TestRows(held) : held;
        trajectory.Kernels(interval, time, _kernels);
        return testOnly ? TestRows(_kernels) : _kernels;
    }

    private void AddNode(in MatrixView kernels, double weight, in MatrixView y, bool first, StepSums sums)
    {
        double keep = first ? 0 : 1;
        _backend.Gemm(Op.None, Op.None, weight, sums.TestOnly ? kernels : TestRows(kernels), y, keep, sums.GQ);
        if (sums.TestOnly) return;
        var train = _product.ColumnRange(0, y.Columns);
        _backend.Gemm(Op.None, Op.None, 1, TrainRows(kernels), y, 0, train);
        for (int j = 0; j < y.Columns; j++)
        {
            if (first) VectorKernels.Scale(weight, train.Column(j), sums.GS.Column(j));
            else VectorKernels.Axpy(weight, train.Column(j), sums.GS.Column(j));
        }
        var probes = ColumnLayout.Probe(y);
        _backend.Gemm(Op.Transpose, Op.None, weight, probes, ColumnLayout.Probe(train), keep, sums.ProbeW);
        if (!_layout.IsFull(y)) return;
        _backend.SymmetricProduct(weight, _layout.P(y), _layout.P(train), keep, sums.W);
        _backend.Gemm(Op.Transpose, Op.None, weight, probes, _layout.Errors(train), keep, sums.Cross);
    }

    /// <summary>K_QS of [K_SS; K_QS].</summary>
    public MatrixView TestRows(in MatrixView kernels) => kernels.Slice(_n, 0, _m, kernels.Columns);

    /// <summary>K_SS of [K_SS; K_QS].</summary>
    public MatrixView TrainRows(in MatrixView kernels) => kernels.Slice(0, 0, _n, kernels.Columns);
}
