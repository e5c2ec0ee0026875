namespace KernelFlow;

/// <summary>The check of ker W_S ⊆ ker G_Q (theory, section 5).</summary>
public sealed record InclusionResult
{
    /// <summary>Holds, Violated, Undecided or Vacuous.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>What the verdict rests on; required for Undecided and Vacuous.</summary>
    public string? Reason { get; init; }

    /// <summary>What the verdict is conditional on and this run does not meet, as a clause: "on operators that do not predict the test outputs"; null where
    /// nothing qualifies it. A qualified verdict is never shown as one that holds without conditions.</summary>
    public string? Qualification { get; init; }

    /// <summary>Check 1: W_h and G_h from the same nodes, every mode against its Cauchy–Schwarz bound.</summary>
    public required StructuralCheck Structural { get; init; }

    /// <summary>σ of check 1, which knows no unit; or why it cannot be tested.</summary>
    public Known<CosineCheck> Cosine { get; init; }

    /// <summary>Check 2: W and G from two methods and grids, or why it was not run.</summary>
    public Known<IndependentCheck> Independent { get; init; }

    /// <summary>Check 3: the recorded test displacement; does not decide the verdict.</summary>
    public required EmpiricalCheck Empirical { get; init; }

    /// <summary>ν = sup ‖G v‖/√(vᵀWv) with 0/0 = 0; null when infinite (the reason says so).</summary>
    public required double? Visibility { get; init; }

    /// <summary>√c_h, the Cauchy–Schwarz bound on ν.</summary>
    public required double VisibilityBound { get; init; }

    /// <summary>Whether c_h was formed from K_QQ (otherwise from K_QS K_SS⁺ K_SQ).</summary>
    public required bool BoundFromTestKernel { get; init; }

    /// <summary>One row per mode, in the order of the spectrum.</summary>
    public required IReadOnlyList<ModeVisibility> Modes { get; init; }

    /// <summary>|(G_Q ψ_j)_i| over test outputs and modes, in blocks.</summary>
    public Known<ResponseMap> Responses { get; init; }

    /// <summary>The null space of W_S: eigenvalues that rounding (N·ε·λ_1, less with eigenpairs from the factor) cannot tell from 0, and the gap above
    /// them.</summary>
    public NullSpaceResult? NullSpace { get; init; }

    /// <summary>What must hold of P, W_S and G whatever the run: each a named defect with its limit. Empty when none applies.</summary>
    public IReadOnlyList<OperatorCheck> OperatorChecks { get; init; } = [];

    /// <summary>Every conclusion as a function of the threshold δ, ascending in δ.</summary>
    public IReadOnlyList<ThresholdPoint> ThresholdCurve { get; init; } = [];
}

/// <summary>One eigenpair (λ_j, ψ_j) of W_S seen from the test set.</summary>
/// <param name="Eigenvalue">λ_j; rounding may make it slightly negative.</param>
/// <param name="Measure">What the threshold applies to: 2βλ_j, or λ_j/λ_1.</param>
/// <param name="Response">‖G_h ψ_j‖₂: how far the mode moves the test outputs.</param>
/// <param name="Bound">√(c_h (max(λ_j, 0) + N·ε·λ_1)): an eigenvalue is itself known to N·ε·λ_1 only.</param>
/// <param name="Floor">Rounding floor N·ε·‖G_h‖₂ added to the bound.</param>
/// <param name="InReservoir">Whether the measure is below the threshold.</param>
public sealed record ModeVisibility(double Eigenvalue, double Measure, double Response, double Bound, double Floor, bool InReservoir)
{
    /// <summary>Response/(Bound + Floor): above 1 is a violation.</summary>
    public double Ratio => Bound + Floor > 0 ? Response / (Bound + Floor) : Response > 0 ? double.PositiveInfinity : 0;

    /// <summary>Bound + Floor − Response: negative is a violation.</summary>
    public double Slack => Bound + Floor - Response;

    /// <summary>Largest |(G_hψ_j)_i|/(√(C_ii(λ_j + N·ε·λ_1)) + N·ε·‖G_i·‖) over the test outputs i: above 1 is a violation. Null without K_QQ.</summary>
    public double? RowRatio { get; init; }

    /// <summary>δ_W,j = |ψ_jᵀ(W_a − W_b)ψ_j| of the two methods of check 2; null when it was not run.</summary>
    public double? DissipationDifference { get; init; }

    /// <summary>δ_G,j = ‖(G_a − G_b)ψ_j‖₂; null when check 2 was not run.</summary>
    public double? ResponseDifference { get; init; }

    /// <summary>√((c + δ_c)(λ_j + δ_W,j + N·ε·λ_1)) + δ_G,j + floor, the bound of check 2; null when it was not run.</summary>
    public double? IndependentBound { get; init; }
}

/// <summary>Check 1 in one number.</summary>
/// <param name="WorstRatio">Largest ‖G_hψ_j‖/(√(c_hλ_j) + floor) over all modes; above 1 is a violation.</param>
/// <param name="WorstMode">Index of that mode in the spectrum.</param>
/// <param name="Floor">N·ε·‖G_h‖₂, the size of rounding errors in a response.</param>
public sealed record StructuralCheck(double WorstRatio, int WorstMode, double Floor)
{
    /// <summary>The largest <see cref="ModeVisibility.RowRatio"/> over all modes; above 1 is a violation. Null without K_QQ.</summary>
    public double? WorstRowRatio { get; init; }

    /// <summary>Index of the stacked test output that has it.</summary>
    public int WorstRow { get; init; }

    /// <summary>Index of the mode that moves it.</summary>
    public int WorstRowMode { get; init; }
}

/// <summary>σ = ‖C^{-1/2} G_Q W_S^{-1/2}‖₂, C and W_S raised by what rounding can do: [[C, G_Q], [G_Qᵀ, W_S]] ⪰ 0 exactly when σ ≤ 1.</summary>
/// <param name="Sigma">σ: the largest cosine between the range of F and that of Hᵀ, W_S = FᵀF and C = HHᵀ. Rounding cannot raise it above 1.</param>
/// <param name="Error">How far σ may be off: <paramref name="Integration"/> and the arithmetic of σ.</param>
/// <param name="Integration">|σ_a − σ_b| of the two integrations of check 2; 0 where there is none.</param>
public sealed record CosineCheck(double Sigma, double Error, double Integration)
{
    /// <summary>Whether σ exceeds 1 by more than its error; also when it is not a number.</summary>
    public bool IsViolated => !(Sigma <= 1 + Error);
}

/// <summary>Check 2 in one number.</summary>
/// <param name="WorstExcess">Largest excess of ‖Gψ_j‖ (the larger of both methods) over its bound, relative to the bound; 0 when no mode exceeds it.</param>
/// <param name="Method">The two methods.</param>
public sealed record IndependentCheck(double WorstExcess, string Method)
{
    /// <summary>Index of the mode nearest to (or farthest above) its bound.</summary>
    public int WorstMode { get; init; }

    /// <summary>Bound on the estimated relative error that the second integration was asked for.</summary>
    public double RelativeTolerance { get; init; }

    /// <summary>Accepted steps of the second integration.</summary>
    public int Steps { get; init; }

    /// <summary>δ_c = |c_a − c_b| of the two quadratures of K_QQ.</summary>
    public double BoundDifference { get; init; }
}

/// <summary>Check 3: relative error of the predicted test displacement with the whole of g(s), and with its signal part alone.</summary>
/// <param name="RelativeErrorFull">‖ΔU_Q + G_Q g(s)‖/‖ΔU_Q‖; unknown when the test outputs did not move.</param>
/// <param name="RelativeErrorSignalOnly">‖ΔU_Q + G_Q Π_signal g(s)‖/‖ΔU_Q‖.</param>
public sealed record EmpiricalCheck(Known<double> RelativeErrorFull, Known<double> RelativeErrorSignalOnly);

/// <summary>Something that holds of the operators of every run: it tests the program, not the theory.</summary>
/// <param name="Name">"symmetry", "node weights", "transfer identity", "energy identity", "agreement of P", "agreement of W_S", "agreement of G_S" or
/// "agreement of G_Q".</param>
/// <param name="Defect">By how much it is missed, relative to the operators concerned.</param>
/// <param name="Limit">Three times what integration and rounding explain.</param>
public sealed record OperatorCheck(string Name, double Defect, double Limit)
{
    /// <summary>Whether the defect is within the limit; false when it is not a number.</summary>
    public bool Passed => Defect <= Limit;
}

/// <summary>The conclusions at one threshold.</summary>
/// <param name="Threshold">δ, the threshold: modes whose measure is below it are the reservoir.</param>
/// <param name="SignalDimension">Number of modes at or above the threshold.</param>
/// <param name="ReservoirDimension">Number of modes below the threshold.</param>
/// <param name="Verdict">The verdict on the inclusion at this threshold.</param>
/// <param name="RelativeErrorSignalOnly">‖ΔU_Q + G_Q Π_signal g(s)‖/‖ΔU_Q‖ there; null when the test outputs did not move.</param>
/// <param name="WorstReservoirResponse">max ‖G_hψ_j‖₂ over the reservoir there; 0 when it is empty.</param>
public sealed record ThresholdPoint(double Threshold, int SignalDimension, int ReservoirDimension, Verdict Verdict, double? RelativeErrorSignalOnly,
    double WorstReservoirResponse);
