using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow;

/// <summary>The spectrum of relative dissipation for a B that is not a multiple of the identity: eig(2 B_s^½ W_S B_s^½) on range B_s, with its own
/// modes.</summary>
/// <remarks>μ_k = 2 v_kᵀW_S v_k for v_k = B_s^½ y_k: the share of gᵀB_s⁺g lost by a gradient along v_k. In [0, 1] while B is constant, unbounded when it
/// varies.</remarks>
public sealed record RelativeDissipation
{
    /// <summary>μ_k, descending; as many as rank B_s.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>v_k = B_s^½ y_k in columns, N×rank, B_s-orthonormal: v_jᵀB_s⁺v_k = δ_jk; unknown in results that were read from a file.</summary>
    public required Known<Matrix<double>> Modes { get; init; }

    /// <summary>‖G_Q v_k‖₂: how far each mode moves the test outputs.</summary>
    public required IReadOnlyList<double> Responses { get; init; }

    /// <summary>√(c μ_k/2), which bounds the response.</summary>
    public required IReadOnlyList<double> Bounds { get; init; }

    /// <summary>δ: modes with μ_k below it are the reservoir of this spectrum.</summary>
    public required double Threshold { get; init; }

    /// <summary>Number of modes at or above the threshold.</summary>
    public required int SignalDimension { get; init; }

    /// <summary>Number of modes below it.</summary>
    public required int ReservoirDimension { get; init; }

    /// <summary>The dimension of the space of gradients − rank B_s: directions that no gradient of this loss has at s.</summary>
    public required int OutsideDimension { get; init; }
}
