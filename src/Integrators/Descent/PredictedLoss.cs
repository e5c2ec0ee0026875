using System.Numerics.Tensors;
using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>The predicted Φ(K) − Φ(0) = Σ g_kᵀΔu_k + ½ Δu_kᵀ B̄'_k Δu_k along the predicted g and Δu = −T.</summary>
/// <param name="n">N = n·p, the number of stacked training outputs.</param>
internal sealed class PredictedLoss(int n)
{
    private readonly double[] _displacement = new double[n], _product = new double[n];

    /// <summary>The change of the loss, summed so far.</summary>
    public double Change { get; private set; }

    /// <summary>Δu of the step last added.</summary>
    public double[] Displacement => _displacement;

    /// <summary>Adds what one step contributes.</summary>
    /// <param name="gradient">g before the step.</param>
    /// <param name="response">The train rows of T for g.</param>
    /// <param name="remainder">B̄', the average loss Hessian of the second-order term.</param>
    public void Add(ReadOnlySpan<double> gradient, ReadOnlySpan<double> response, OutputHessian remainder)
    {
        TensorPrimitives.Negate(response, _displacement);
        remainder.Apply(1, new MatrixView(_displacement, n, 1), 0, new MatrixView(_product, n, 1));
        Change += TensorPrimitives.Dot(gradient, _displacement) + 0.5 * TensorPrimitives.Dot<double>(_displacement, _product);
    }
}
