using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>W = Σ ω_i Y_iᵀ K_SS Y_i and [G_S; G_Q] = Σ ω_i [K_SS; K_QS] Y_i over the nodes of a step: the same nodes and Y_i in both, so ker W ⊆ ker G holds at any step size.</summary>
internal sealed class Assembler
{
    private readonly Backend _backend;
    private readonly int _n, _c;
    private readonly MatrixView _kernels, _product;

    /// <param name="trajectory">Gives sizes.</param>
    /// <param name="operatorColumns">Columns of X that W and G act on: N for P itself, fewer for P times a block.</param>
    /// <param name="columns">Most columns of X: those, then further ones that are carried along.</param>
    /// <param name="kernels">Scratch (N+M)×N.</param>
    /// <param name="backend">Dense kernels.</param>
    public Assembler(KernelTrajectory trajectory, int operatorColumns, int columns, in MatrixView kernels, Backend backend)
    {
        _backend = backend;
        (_n, _c) = (trajectory.TrainSize, operatorColumns);
        _kernels = kernels;
        _product = new MatrixView(new double[kernels.Rows * columns], kernels.Rows, columns);
    }

    /// <summary>Adds the nodes of the step just taken; with <paramref name="reset"/> the sums start from zero.</summary>
    /// <param name="trajectory">The kernels.</param>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="t">Start of the step.</param>
    /// <param name="h">Length of the step.</param>
    /// <param name="method">Holds Y_i.</param>
    /// <param name="reset">Overwrite instead of add.</param>
    /// <param name="W">Square, of the operator columns.</param>
    /// <param name="G">(N+M)×columns; the columns past those of the operator belong to the carried vectors.</param>
    /// <param name="cross">Σ ω_i Y_iᵀ K_SS y_i with y_i the last <c>cross.Columns</c> carried columns; may be empty.</param>
    public void Add(KernelTrajectory trajectory, int interval, double t, double h, StepMethod method, bool reset, in MatrixView W, in MatrixView G, in MatrixView cross)
    {
        for (int i = 0; i < method.Nodes.Length; i++)
        {
            double weight = h * method.Weights[i];
            bool first = reset && i == 0;
            var columns = method.AtNode(i);
            var y = columns.ColumnRange(0, _c);
            var product = _product.ColumnRange(0, columns.Columns);
            trajectory.Kernels(interval, t + method.Nodes[i] * h, _kernels);
            _backend.Gemm(Op.None, Op.None, 1, _kernels, columns, 0, product);
            for (int j = 0; j < columns.Columns; j++)
            {
                if (first) VectorKernels.Scale(weight, product.Column(j), G.Column(j));
                else VectorKernels.Axpy(weight, product.Column(j), G.Column(j));
            }
            _backend.SymmetricProduct(weight, y, product.Slice(0, 0, _n, _c), first ? 0 : 1, W);
            if (cross.Columns > 0)
                _backend.Gemm(Op.Transpose, Op.None, weight, y, product.Slice(0, columns.Columns - cross.Columns, _n, cross.Columns), first ? 0 : 1, cross);
        }
    }
}
