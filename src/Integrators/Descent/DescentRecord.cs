using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>Quadrature part of the budget of C1 to C4: relative to the recorded changes (predicted ones where nothing was recorded); null where nothing
/// changed.</summary>
/// <param name="Dissipation">C1, relative to |Φ(K) − Φ(0)|.</param>
/// <param name="Transport">C2, relative to ‖g(0)‖, the largest over steps.</param>
/// <param name="TrainTransfer">C3, relative to ‖U_S(K) − U_S(0)‖.</param>
/// <param name="TestTransfer">C4, relative to ‖U_Q(K) − U_Q(0)‖.</param>
public sealed record QuadratureBudget(double? Dissipation, double? Transport, double? TrainTransfer, double? TestTransfer);

/// <summary>Step by step: recorded displacement and what the recursion leaves of it unexplained, from the recorded gradients up to that step.</summary>
/// <param name="TrainDisplacement">‖ΔU_S,k‖.</param>
/// <param name="TestDisplacement">‖ΔU_Q,k‖.</param>
/// <param name="TrainResidual">‖ΔU_S,k + η_k J̄_S,k J_S,kᵀ g_k‖ (with a buffer: Z from the recorded g).</param>
/// <param name="TestResidual">‖ΔU_Q,k + η_k J̄_Q,k J_S,kᵀ g_k‖.</param>
public sealed record StepMisfits(IReadOnlyList<double> TrainDisplacement, IReadOnlyList<double> TestDisplacement,
    IReadOnlyList<double> TrainResidual, IReadOnlyList<double> TestResidual)
{
    /// <summary>The largest of the residuals relative to the displacement of their own step.</summary>
    public double LargestRelative => Math.Max(Largest(TrainResidual, TrainDisplacement), Largest(TestResidual, TestDisplacement));

    private static double Largest(IReadOnlyList<double> residual, IReadOnlyList<double> displacement) =>
        residual.Zip(displacement, (r, d) => d > 0 ? r / d : 0).Max();
}

/// <summary>What the recursion of descent saw of the steps and of the predicted gradient, whatever else it carried.</summary>
public class DescentSteps
{
    /// <summary>"gradient-descent", "sgd", "momentum" or "adam".</summary>
    public required string Optimizer { get; init; }

    /// <summary>The rule by which J̄ is averaged along a step.</summary>
    public required ChordQuadratureKind Quadrature { get; init; }

    /// <summary>z_k = η_k λ_max(B_k K_k S_k) with the true B at the start of the step and S_k the weights of its batch (for Adam and preconditioned descent K
    /// = J_S M J_Sᵀ).</summary>
    public required IReadOnlyList<double> Z { get; init; }

    /// <summary>The largest z_k of all steps.</summary>
    public double LargestZ => Z.Max();

    /// <summary>The step k of <see cref="LargestZ"/>, from the start of the window.</summary>
    public int LargestZStep => Enumerable.Range(0, Z.Count).MaxBy(k => Z[k]);

    /// <summary>z beyond which a quadratic loss diverges: 2 for gradient descent, 2(1+μ) for heavy ball, 2(1+β₁)/(1−β₁) for Adam.</summary>
    public required double StabilityEdge { get; init; }

    /// <summary>Π max(1, r_k), r_k the growth of the stiffest mode in step k (|1 − z_k| for gradient descent): what errors made early can grow by, if they
    /// stay in that mode.</summary>
    public required double Amplification { get; init; }

    /// <summary>max_k ‖P_k‖_F/√N: 1 at the start, above it only when P itself grew.</summary>
    public required double PeakPropagator { get; init; }

    /// <summary>Σ_k [g_kᵀΔu_k + ½ Δu_kᵀ B̄'_k Δu_k] along the predicted g and Δu: the predicted Φ(K) − Φ(0) (claim C1).</summary>
    public required double PredictedLossChange { get; init; }

    /// <summary>Residuals per step; null when recorded outputs were not given.</summary>
    public StepMisfits? Residuals { get; init; }

    /// <summary>The residuals, signed, carried along by the recursion; null when recorded outputs were not given.</summary>
    /// <remarks>
    /// With those of B̄ and B̄', Δg_k − B̄_kΔU_k and ΔΦ_k − g_kᵀΔU_k − ½ΔU_kᵀB̄'_kΔU_k, they <i>are</i> the errors of C1 to C4, by linearity: they say where
    /// an error was made, and cannot contradict the claim.
    /// What can is <see cref="Estimate"/>.
    /// </remarks>
    public QuadratureBudget? Residual { get; init; }

    /// <summary>An estimate that knows nothing of the recorded outputs' motion: sizes of the error of J̄ in every step, from how J moves there and between
    /// neighbouring checkpoints, carried along with the signs that add up most (theory, section 8); for B̄ a finer rule.</summary>
    /// <remarks>Null where it cannot be formed: custom losses, whose B between checkpoints is not known, and steps on an interpolant.</remarks>
    public QuadratureBudget? Estimate { get; init; }
}

/// <summary>What is particular to descent mode, beside the operators.</summary>
public sealed class DescentRecord : DescentSteps
{
    /// <summary>What weight decay adds to −G_{S,d} g(s) and −G_d g(s), the displacements of training and test outputs; null without it.</summary>
    /// <remarks>What is carried of g(s), <see cref="Propagation.Transported"/> and <see cref="Propagation.IntervalTransported"/>, has its part in it.</remarks>
    public (double[] Train, double[] Test)? Forced { get; init; }

    /// <summary>C with [[C, G_d], [G_dᵀ, W_d]] ⪰ 0, M×M, from the same steps as W_d: Σ η_k J̄_Q,kJ̄_Q,kᵀ; with a buffer Σ η_i⁻¹ H_iH_iᵀ.</summary>
    public required DenseMatrix TestKernelIntegral { get; init; }

    /// <summary>c with ‖G_d v‖² ≤ c·vᵀW_d v: λ_max(Σ η_k J̄_Q,kJ̄_Q,kᵀ); with a buffer λ_max(Σ η_i⁻¹ H_iH_iᵀ), G_d v = Σ H_i J_iᵀP_i v.</summary>
    public required double ResponseBound { get; init; }

    /// <summary>Whether <see cref="ResponseBound"/> comes from J̄_Q itself or K_QQ; otherwise from K_QS K_SS⁺ K_SQ.</summary>
    public required bool HasTestKernel { get; init; }

    /// <summary>Σ η_k B̄_k J̄_S,k J̄_S,kᵀ B̄_k, N×N, or its counterpart with a buffer: its largest eigenvalue is <see cref="MotionBound"/>.</summary>
    public required DenseMatrix MotionIntegral { get; init; }

    /// <summary>c with ‖P_k v − v‖² ≤ c·vᵀW_d v for all k (claim C9): λ_max(Σ η_k B̄_k J̄_S,k J̄_S,kᵀ B̄_k), or its counterpart with a buffer.</summary>
    public required double MotionBound { get; init; }

    /// <summary>ε of the kernels: float64 from Jacobians, the stored type from kernel blocks.</summary>
    public required double Epsilon { get; init; }
}

/// <summary>The operators of descent and their record.</summary>
/// <param name="Propagation">P_K, W_d, G_{S,d}, G_d in the places of P, W_S, G_S, G_Q; no nodes; no integration error, since nothing is integrated.</param>
/// <param name="Record">The rest.</param>
public sealed record DescentResult(Propagation Propagation, DescentRecord Record);

/// <summary>A block and the predicted gradient, carried through the recorded steps; no operator is formed.</summary>
/// <param name="Block">P V, G_{S,d} V, G_d V and VᵀW_d V.</param>
/// <param name="Gradient">The predicted gradient, with what weight decay adds to it: what the steps make of the recorded g(s).</param>
/// <param name="Steps">What the recursion saw on its way; the peak of the propagator is not known.</param>
public sealed record DescentBlock(BlockTransport Block, DescentTransport Gradient, DescentSteps Steps);
