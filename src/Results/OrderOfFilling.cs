namespace KernelFlow;

/// <summary>In which order training filled the modes of the kernel, and whether the directions that it filled are the leading ones of a kernel.</summary>
/// <remarks>
/// Modes v_j are those of the mean kernel ∫K_SS/(T − s) of the window, κ_j its eigenvalues. For B = βI v_j is filled when 2βv_jᵀW_S(s,t)v_j reaches 1/2: half
/// of its energy is gone. Where B varies there is no such scale, and it is filled when v_jᵀW_S(s,t)v_j is half of what it is at T; modes that are far from full
/// then have times near the middle, whatever κ is. For a kernel that does not move and B = βI the filling time is ln 2/(2βκ), so that the rank correlation
/// is −1, and W_S and K have the same leading spaces.
/// </remarks>
public sealed record OrderOfFilling
{
    /// <summary>The rule for B = βI: half of the energy is gone.</summary>
    public const string ByEnergy = "2βλ ≥ 1/2";

    /// <summary>The rule where B varies.</summary>
    public const string ByThreshold = "not below the threshold";

    /// <summary>κ_j, descending, of the modes that are counted: those that are filled by T, or not below the threshold where B varies.</summary>
    public required IReadOnlyList<double> KernelEigenvalues { get; init; }

    /// <summary>Their filling times, in flow time; between the windows of the schedule v_jᵀW_Sv_j is interpolated.</summary>
    public required IReadOnlyList<double> FillingTimes { get; init; }

    /// <summary>How many modes there are, counted or not.</summary>
    public required int Modes { get; init; }

    /// <summary>Spearman's rank correlation of the filling times with κ; unknown for fewer than three modes.</summary>
    public required Known<double> RankCorrelation { get; init; }

    /// <summary>Which modes of W_S(s,t) count as filled: <see cref="ByEnergy"/> or <see cref="ByThreshold"/>.</summary>
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
