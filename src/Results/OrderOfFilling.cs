namespace KernelFlow;

/// <summary>In which order training filled the modes of the kernel, and whether the directions that it filled are the leading ones of a kernel.</summary>
/// <remarks>
/// Modes v_j are those of the mean kernel ∫K_SS/(T − s) of the window, κ_j its eigenvalues. The filling time of v_j is the flow time at which
/// v_jᵀW_S(s,t)v_j is half of what it is at T: for a kernel that does not move it decreases with κ, so that the rank correlation is −1, and W_S and K have
/// the same leading spaces.
/// </remarks>
public sealed record OrderOfFilling
{
    /// <summary>κ_j, descending, of the modes that are counted: those whose v_jᵀW_S(s,T)v_j is not below the threshold.</summary>
    public required IReadOnlyList<double> KernelEigenvalues { get; init; }

    /// <summary>Their filling times, in flow time; between the windows of the schedule v_jᵀW_Sv_j is interpolated.</summary>
    public required IReadOnlyList<double> FillingTimes { get; init; }

    /// <summary>How many modes there are, counted or not.</summary>
    public required int Modes { get; init; }

    /// <summary>Spearman's rank correlation of the filling times with κ; unknown for fewer than three modes.</summary>
    public required Known<double> RankCorrelation { get; init; }

    /// <summary>Which modes of W_S(s,t) count as filled: "2βλ ≥ 1/2", or by the threshold where the loss has no β.</summary>
    public required string Filled { get; init; }

    /// <summary>Overlaps in windows [s, t] that have filled some modes and not all.</summary>
    public required IReadOnlyList<FilledSpace> Overlaps { get; init; }
}

/// <summary>The space of the r modes of W_S(s,t) that are filled, beside the r leading modes of kernels: ‖UᵀV‖_F²/r, 1 for equal spaces.</summary>
/// <param name="Time">t, the flow time at which the window ends.</param>
/// <param name="Dimension">r.</param>
/// <param name="WithStart">Overlap with K_SS(s).</param>
/// <param name="WithMean">Overlap with the mean kernel of the window.</param>
/// <param name="WithEnd">Overlap with K_SS(t).</param>
/// <param name="Chance">r/N, what a random space would have; N the number of modes.</param>
public sealed record FilledSpace(double Time, int Dimension, double WithStart, double WithMean, double WithEnd, double Chance);
