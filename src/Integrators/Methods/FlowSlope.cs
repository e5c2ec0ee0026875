using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>−h·B(τ)K_SS(τ)·X for many right-hand sides: what explicit methods are made of; 2N²·columns flops.</summary>
/// <remarks>Holds K and B of the time loaded last, and its workspace. Not thread-safe.</remarks>
public sealed class FlowSlope
{
    private readonly KernelTrajectory _trajectory;
    private readonly Backend _backend;
    private readonly OutputHessian _hessian;
    private readonly MatrixView _kernels, _product;
    private readonly double? _beta;
    private readonly int _n;

    /// <summary>Makes the workspace.</summary>
    /// <param name="trajectory">Gives K(τ) and B(τ).</param>
    /// <param name="columns">The most columns that X will have.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public FlowSlope(KernelTrajectory trajectory, int columns, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(backend);
        (_trajectory, _backend, _n, _beta) = (trajectory, backend, trajectory.TrainSize, trajectory.Beta);
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
        _kernels = Buffers.Zero(_n + trajectory.TestSize, _n);
        _product = _beta is null ? Buffers.Zero(_n, columns) : default;
    }

    /// <summary>[K_SS; K_QS] at the time loaded, (N+M)×N.</summary>
    public MatrixView Kernels => _kernels;

    /// <summary>Loads K and B at a time.</summary>
    /// <param name="interval">Index of the interval that the time lies in.</param>
    /// <param name="time">τ, a flow time in that interval.</param>
    public void At(int interval, double time)
    {
        _trajectory.Kernels(interval, time, _kernels);
        if (_beta is null) _trajectory.Hessian(interval, time, _hessian);
    }

    /// <summary>‖B‖‖K_SS‖_F ≥ λ_max(BK) at the time loaded.</summary>
    public double RateBound() => (_beta ?? _hessian.NormBound()) * MatrixNorms.Frobenius(_kernels.Slice(0, 0, _n, _n));

    /// <summary>y ← −h·BK·x at the time loaded.</summary>
    /// <param name="h">h, the length of the step.</param>
    /// <param name="x">X, N rows.</param>
    /// <param name="y">Receives the product, of the same size; another buffer than <paramref name="x"/>.</param>
    public void Apply(double h, in MatrixView x, in MatrixView y)
    {
        var K = _kernels.Slice(0, 0, _n, _n);
        if (_beta is { } beta)
        {
            _backend.Gemm(Op.None, Op.None, -h * beta, K, x, 0, y);
            return;
        }
        var product = _product.ColumnRange(0, x.Columns);
        _backend.Gemm(Op.None, Op.None, -h, K, x, 0, product);
        _hessian.Apply(1, product, 0, y);
    }
}
