using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>What the rounding of the recorded numbers does to gradients, outputs and losses, and to what is predicted from them (theory, section 6).</summary>
/// <remarks>
/// g follows from U_S, so that it is known to ε‖B‖‖U_S‖ and no better, however small it is itself: near the end of training all of it may be rounding.
/// Roundings of different numbers are independent: an operator A makes ‖A‖_F/√N of the size of their vector.
/// </remarks>
internal sealed class StoredNoise(ClaimEvidence evidence)
{
    private readonly StoredPrecision _stored = StoredPrecision.Of(evidence.Checkpoints);
    private KernelRounding? _cancelled;
    private readonly double _growth = evidence.Growth;

    /// <summary>N·ε + ε of the kernels, relative to what is predicted.</summary>
    public double Predicted => (evidence.Checkpoints.TrainSize * Tolerances.Epsilon + _stored.Kernels) * _growth;

    /// <summary>What is lost where J_Sᵀ g cancels, with the amplification.</summary>
    public double CancelledTrain => Cancelled.Train * _growth;

    /// <summary>The same for the test outputs.</summary>
    public double CancelledTest => Cancelled.Test * _growth;

    /// <summary>The same for the loss.</summary>
    public double CancelledLoss => Cancelled.Loss * _growth;

    private KernelRounding Cancelled => _cancelled ??= new KernelRounding(evidence, _stored.Kernels);

    /// <summary>Rounding of U_S(t_k).</summary>
    public double Train(Index checkpoint) => _stored.Train * VectorMath.Norm(evidence.Outputs.TrainOutputs[checkpoint]);

    /// <summary>Rounding of U_Q(t_k).</summary>
    public double Test(Index checkpoint) => _stored.Test * VectorMath.Norm(evidence.Outputs.TestOutputs[checkpoint]);

    /// <summary>Rounding of g(t_k).</summary>
    public double Gradient(Index checkpoint)
    {
        if (evidence.Checkpoints.Loss.IsCustom) return _stored.Gradient * VectorMath.Norm(evidence.Outputs.Gradients[checkpoint]);
        double[] u = evidence.Outputs.TrainOutputs[checkpoint];
        var hessian = evidence.Outputs.Hessians[checkpoint];
        int p = hessian.Outputs;
        double sum = 0;
        for (int i = 0; i < u.Length; i++)
            for (int d = 0; d < p; d++)
            {
                double entry = hessian.Blocks[i * p + d] * u[i / p * p + d];
                sum += entry * entry;
            }
        return _stored.Train * Math.Sqrt(sum);
    }

    /// <summary>Rounding of Φ(t_k): of the number that was recorded, and of the outputs that it is a sum over.</summary>
    public double Loss(Index checkpoint)
    {
        var (outputs, loss) = (evidence.Outputs, evidence.Checkpoints.Loss);
        double size = Math.Abs(outputs.Losses[checkpoint] ?? 0), u = VectorMath.Norm(outputs.TrainOutputs[checkpoint]);
        double recorded = Math.Max(_stored.Loss ?? 0, Tolerances.Epsilon) * size;
        // A loss that is a difference of terms as large as the outputs, as log Σ e^u − u is, is rounded as they are.
        double terms = loss.IsCustom || loss.Beta is not null ? 0 : loss.Scale * Math.Sqrt(loss.Examples) * u * Tolerances.Epsilon;
        return recorded + terms + VectorMath.Norm(outputs.Gradients[checkpoint]) * _stored.Train * u;
    }

    /// <summary>What the rounding of g(s) makes of an operator's prediction from it.</summary>
    /// <param name="slope">What the operator makes of the size of independent roundings.</param>
    public double Through(double slope) => slope * Gradient(0) * _growth;
}
