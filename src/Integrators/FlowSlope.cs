using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>−h·B(τ)K_SS(τ)·X for many right-hand sides: what explicit methods are made of; 2N²·columns flops.</summary>
internal sealed class FlowSlope
{
    private readonly Backend _backend;
    private readonly OutputHessian _hessian;
    private readonly MatrixView _kernels, _product;
    private readonly double? _beta;
    private readonly int _n;

    public FlowSlope(KernelTrajectory trajectory, int columns, Backend backend)
    {
        (_backend, _n, _beta) = (backend, trajectory.TrainSize, trajectory.Beta);
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
        _kernels = Buffers.Zero(_n + trajectory.TestSize, _n);
        _product = _beta is null ? Buffers.Zero(_n, columns) : default;
    }

    /// <summary>Loads K and B at a time.</summary>
    public void At(KernelTrajectory trajectory, int interval, double time)
    {
        trajectory.Kernels(interval, time, _kernels);
        if (_beta is null) trajectory.Hessian(interval, time, _hessian);
    }

    /// <summary>‖B‖‖K_SS‖_F ≥ λ_max(BK) at the time loaded.</summary>
    public double RateBound() => (_beta ?? _hessian.NormBound()) * MatrixNorms.Frobenius(_kernels.Slice(0, 0, _n, _n));

    /// <summary>y ← −h·BK·x at the time loaded.</summary>
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
