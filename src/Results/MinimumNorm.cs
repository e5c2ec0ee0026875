namespace KernelFlow;

/// <summary>What the displacement of the training outputs had to cost, and what it would do to the test outputs by the shortest way.</summary>
/// <remarks>
/// With ∫K over the window of the interpolated kernels: E* = ΔU_Sᵀ(∫K_SS)⁺ΔU_S is the least ∫‖ẇ‖² that moves the training outputs by ΔU_S through the recorded
/// Jacobians; the path took g(s)ᵀW_S g(s). A linear model meets ΔU_Q = ∫K_QS(∫K_SS)⁺ΔU_S exactly.
/// </remarks>
public sealed record MinimumNorm
{
    /// <summary>E*.</summary>
    public required double Energy { get; init; }

    /// <summary>g(s)ᵀW_S g(s), what the path dissipated.</summary>
    public required double PathEnergy { get; init; }

    /// <summary>Eigenvalues of ∫K_SS above N·ε·κ_1, ε that of the kernels: those that are inverted.</summary>
    public required int Rank { get; init; }

    /// <summary>‖∫K_QS(∫K_SS)⁺ΔU_S − ΔU_Q‖/‖ΔU_Q‖; unknown where the test outputs did not move.</summary>
    public required Known<double> TestError { get; init; }
}
