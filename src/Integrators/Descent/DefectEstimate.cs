using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The error of the predicted gradient that the quadratures of J̄ and B̄ estimate of themselves, carried along; it knows nothing of the
/// recorded outputs' motion.</summary>
/// <param name="response">Takes the steps.</param>
/// <param name="wanted">Whether there is a predicted gradient to estimate it for.</param>
internal sealed class DefectEstimate(StepResponse response, bool wanted)
{
    /// <summary>Whether every step so far had an estimate.</summary>
    public bool IsKnown { get; private set; } = wanted;

    /// <summary>The error that is carried along. With midpoints its sources are sizes: their signs mean nothing.</summary>
    public QuadratureError Error { get; } = new(response.TrainSize, response.Rows - response.TrainSize,
        unsigned: response.Quadrature == ChordQuadratureKind.Midpoint);

    /// <summary>Takes in a step before X moves.</summary>
    /// <param name="error">The error so far.</param>
    /// <param name="carried">T of that error.</param>
    /// <param name="predicted">The predicted gradient.</param>
    /// <param name="displacement">The predicted ΔU_S.</param>
    public void Responded(ReadOnlySpan<double> error, ReadOnlySpan<double> carried, ReadOnlySpan<double> predicted, double[] displacement)
    {
        var hessian = response.Hessian;
        IsKnown &= response.HasDefect && hessian.HasDefect;
        if (!IsKnown) return;
        TensorPrimitives.Negate(response.Defect, Error.Source);
        hessian.AverageDefect.Apply(1, new MatrixView(displacement, response.TrainSize, 1), 0, new MatrixView(Error.Correction, response.TrainSize, 1));
        Error.Accumulate(error, carried, predicted, displacement, hessian.Remainder, hessian.RemainderDefect);
    }
}
